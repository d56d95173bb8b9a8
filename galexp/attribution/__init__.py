"""Which pixels a trained network looks at: heat maps, their profile around the galaxy, and whether to believe them."""
