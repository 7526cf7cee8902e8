//! Which files belong to a scan.
