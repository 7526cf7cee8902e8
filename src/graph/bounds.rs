//! How far a model goes.

/// How far a model goes. What lies beyond is left out or not searched, and the model says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Flows of one document up to which more are sought that come in crowds: between hosts, from the internet to the ports of hosts.
    pub flows: usize,
    /// Pairs of a principal and what it may use, of one document.
    pub rights: usize,
    /// Both grow by so many for each node.
    pub of_a_node: usize,
    /// Pairs of hosts between which flows are sought.
    pub pairs: usize,
    /// Pairs of subnets that are looked at for routes between networks.
    pub joins: usize,
    /// Pairs of two principals, or of a principal and what a policy names.
    pub named: usize,
    /// Grants that are made of a cluster's bindings.
    pub grants: usize,
    /// Comparisons of what policies say with what the document holds.
    pub looks: usize,
    /// Pairs of a principal and what it may take over.
    pub raising: usize,
    /// Flows that the search for paths in one document looks at, each as often as it comes to it.
    pub searched: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            flows: 300_000,
            rights: 300_000,
            of_a_node: 8,
            pairs: 2_000_000,
            joins: 100_000,
            named: 500_000,
            grants: 1_000_000,
            looks: 100_000_000,
            raising: 20_000_000,
            searched: 1_000_000,
        }
    }
}
