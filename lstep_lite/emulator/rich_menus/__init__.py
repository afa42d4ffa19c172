"""LINE's rich menus: what an account makes of them, who is shown which, and what a tap on one does."""
