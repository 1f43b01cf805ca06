"""How quickly and how cheaply the platform puts models to work."""
