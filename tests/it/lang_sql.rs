//! Jet SQL to trees: a folder of statements that must read whole, one of faults with their places, and hostile text.
