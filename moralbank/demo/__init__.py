"""The demo: a made-up village with half a year of deeds, built through the services."""
