//! Reports: text, JSON, SARIF.
