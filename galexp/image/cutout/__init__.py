"""Cutouts of real surveys, fetched politely from their image services and kept."""
