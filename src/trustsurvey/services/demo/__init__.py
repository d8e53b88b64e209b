"""The demo: a made-up city whose truth is known, so that anyone can look at the product and tests can check its estimates."""
