//! CEL: compile with guards, evaluate with unknowns (Kleene logic) over attributes bound by reference.
