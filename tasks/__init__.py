"""What the advertiser wants."""
