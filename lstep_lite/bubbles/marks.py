"""The few signs that messages need, as inline SVG; they are decoration, the words beside them carry the meaning."""

_FRAME = (
    '<svg class="line-mark" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" '
    'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">{}</svg>'
)

SMILE = _FRAME.format('<circle cx="12" cy="12" r="9"/><path d="M9 10v.01M15 10v.01M8.5 14.5a4.5 4.5 0 0 0 7 0"/>')
PIN = _FRAME.format(
    '<path d="M12 21s7-6.2 7-11.5a7 7 0 0 0-14 0C5 14.8 12 21 12 21z"/><circle cx="12" cy="9.5" r="2.5"/>'
)
PLAY = _FRAME.format('<circle cx="12" cy="12" r="9"/><path d="M10 8.5v7l5.5-3.5z"/>')
SOUND = _FRAME.format('<path d="M5 10v4M9 7v10M13 4.5v15M17 8v8M21 11v2"/>')
PAPER = _FRAME.format('<path d="M13 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V9z"/><path d="M13 3v6h6"/>')
PICTURE = _FRAME.format(
    '<rect x="3.5" y="5" width="17" height="14" rx="2"/><circle cx="9" cy="10" r="1.5"/>'
    '<path d="m5 18 5-4 3 2.5 3-3.5 4 4"/>'
)
TICKET = _FRAME.format(
    '<path d="M4 7h16v3.5a1.5 1.5 0 0 0 0 3V17H4v-3.5a1.5 1.5 0 0 0 0-3z"/><path d="M14 8v1.5M14 11.2v1.5M14 14.5V16"/>'
)
BUBBLE = _FRAME.format(
    '<path d="M5 5h14a1.5 1.5 0 0 1 1.5 1.5v9A1.5 1.5 0 0 1 19 17h-6l-4.5 3.5V17H5a1.5 1.5 0 0 1-1.5-1.5v-9'
    'A1.5 1.5 0 0 1 5 5z"/>'
)
