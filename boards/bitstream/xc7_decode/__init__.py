"""What a 7-series bitstream says, by Project X-Ray's database: frames, tiles, features."""
