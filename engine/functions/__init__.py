"""The functions of ${__...}, in themed files."""
