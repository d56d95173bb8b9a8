"""Networks: each keeps the protocol of timm, so that any of its backbones can stand in."""
