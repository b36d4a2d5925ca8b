"""What all pages share: guards, errors, filters, navigation, home."""
