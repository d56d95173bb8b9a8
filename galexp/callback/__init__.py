"""What happens while a network trains."""
