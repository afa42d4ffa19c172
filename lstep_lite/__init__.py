"""lstep_lite: marketing automation, CRM and chat on one LINE Official Account, self-hosted."""

__version__ = "0.1.0"
