"""Python tools around the Brownout simulator."""
