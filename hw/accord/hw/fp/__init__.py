"""IEEE 754 binary32: unpack, operate exactly, round once in one shared stage."""
