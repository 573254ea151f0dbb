"""cocotb benches; the pytest launchers in tests/hw run them."""
