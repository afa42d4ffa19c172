"""Rich menus (リッチメニュー): composed, brought to LINE, and shown to the right friends."""
