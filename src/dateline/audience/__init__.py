"""Who receives: outlets, journalists, desktops, consent, suppressions, circuits."""
