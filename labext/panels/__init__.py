"""Widgets that hold a lab and show it. No arithmetic: figures come from frames, rules from the lab."""
