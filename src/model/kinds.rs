//! The closed vocabularies of a model.

/// What an asset is in a data-flow diagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the field's own")]
pub enum Element {
    ExternalEntity,
    Process,
    DataStore,
    /// A principal: neither process nor store, drawn as an entity inside its tenant.
    Identity,
}

impl Element {
    /// All, in order.
    pub const ALL: [Self; 4] =
        [Self::ExternalEntity, Self::Process, Self::DataStore, Self::Identity];

    /// The vocabulary's word.
    pub fn name(self) -> &'static str {
        match self {
            Self::ExternalEntity => "external_entity",
            Self::Process => "process",
            Self::DataStore => "data_store",
            Self::Identity => "identity",
        }
    }

    /// The letters of STRIDE that apply to it, after Microsoft's STRIDE per element.
    pub fn stride(self) -> &'static str {
        match self {
            Self::ExternalEntity => "SR",
            Self::Process => "STRIDE",
            Self::DataStore => "TRID",
            Self::Identity => "SRE",
        }
    }
}

/// What travels over a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FlowKind {
    /// Packets.
    Network,
    /// One runs as, or is vouched for by, another.
    Identity,
    /// One may act on another.
    Permission,
    /// Data: reads, writes, triggers, replicas.
    Data,
    /// A secret is handed over.
    Secret,
    /// Code or images.
    SupplyChain,
    /// Logs.
    Log,
    /// Names.
    Dns,
}

impl FlowKind {
    /// All, in order.
    pub const ALL: [Self; 8] = [
        Self::Network,
        Self::Identity,
        Self::Permission,
        Self::Data,
        Self::Secret,
        Self::SupplyChain,
        Self::Log,
        Self::Dns,
    ];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Identity => "identity",
            Self::Permission => "permission",
            Self::Data => "data",
            Self::Secret => "secret",
            Self::SupplyChain => "supply_chain",
            Self::Log => "log",
            Self::Dns => "dns",
        }
    }
}

/// Whether a flow is encrypted on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Encrypted {
    /// It always is.
    Yes,
    /// It never is.
    No,
    /// Clients choose.
    Optional,
    /// The configuration does not say.
    Unknown,
    /// Nothing travels that could be.
    NotApplicable,
}

impl Encrypted {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Optional => "optional",
            Self::Unknown => "unknown",
            Self::NotApplicable => "not_applicable",
        }
    }
}
