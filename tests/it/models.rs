//! Threat models made by hand, for tests of what writes, reads and compares them.

use std::sync::Arc;

use dreadnought::finding::context::Assumptions;
use dreadnought::finding::{Bands, Confidence, Dread, Factor, Stride, StrideSet, ThreatClass};
use dreadnought::model::{
    Asset, AttackPath, Boundary, ContextDread, Coverage, Element, Encrypted, Fix, Flow, FlowKind,
    Location, PathStep, Step, Threat, ThreatModel, ThreatState,
};

/// A shared text.
pub(crate) fn text(text: &str) -> Arc<str> {
    Arc::from(text)
}

fn at(file: &str, line: u32) -> Location {
    Location { file: text(file), line }
}

/// Makes a model step by step; `build` sorts it.
#[derive(Default)]
pub(crate) struct Builder {
    pub model: ThreatModel,
}

impl Builder {
    pub fn new(title: &str) -> Self {
        Self { model: ThreatModel { title: text(title), ..ThreatModel::default() } }
    }

    pub fn zone(mut self, id: &str, name: &str, kind: &str, parent: Option<&str>) -> Self {
        self.model.boundaries.push(Boundary {
            id: text(id),
            name: text(name),
            kind: text(kind),
            parent: parent.map(text),
            environment: None,
            filters: Vec::new(),
            source: None,
        });
        self
    }

    pub fn asset(mut self, id: &str, name: &str, kind: &str, zone: Option<&str>) -> Self {
        let element = match kind {
            "external" | "supply_chain" | "identity_provider" => Element::ExternalEntity,
            kind if kind.starts_with("identity") => Element::Identity,
            kind if kind.contains("store") || kind == "queue" || kind == "key" => {
                Element::DataStore
            }
            _ => Element::Process,
        };
        let is_resource = id.contains('.');
        self.model.assets.push(Asset {
            id: text(id),
            name: text(name),
            kind: text(kind),
            element,
            resource_type: is_resource.then(|| text(id.split('.').next().unwrap())),
            boundary: zone.map(text),
            merges: Vec::new(),
            sensitivity: (element == Element::DataStore).then(|| text("confidential")),
            environment: None,
            owner: None,
            properties: vec![(text("public"), text("false"))],
            conditional: false,
            modelled: false,
            source: is_resource.then(|| at("main.tf", 7)),
        });
        self
    }

    pub fn flow(mut self, source: &str, target: &str, kind: FlowKind, label: &str) -> Self {
        let network = kind == FlowKind::Network;
        let (protocol, port) = match label.split_once('/') {
            Some((protocol, port)) if network => (Some(text(protocol)), Some(text(port))),
            _ => (None, None),
        };
        self.model.flows.push(Flow {
            id: text(&format!("{source}>{target}:{}:{label}", kind.name())),
            source: text(source),
            target: text(target),
            kind,
            protocol,
            port,
            encrypted: if network { Encrypted::Unknown } else { Encrypted::NotApplicable },
            label: text(label),
            crosses: Vec::new(),
            assumed: false,
            modelled: false,
            evidence: vec![at("main.tf", 12)],
        });
        self
    }

    pub fn net(self, source: &str, target: &str, label: &str) -> Self {
        self.flow(source, target, FlowKind::Network, label)
    }

    pub fn threat(
        mut self,
        class: &str,
        name: &str,
        target: &str,
        stride: &str,
        dread: [u8; 5],
    ) -> Self {
        let dread = Dread::new(dread).unwrap();
        let stride: StrideSet = stride.chars().filter_map(Stride::from_letter).collect();
        let class = ThreatClass {
            id: text(class),
            name: text(name),
            stride: stride.clone(),
            dread,
            cwe: vec![text("CWE-923")],
            capec: vec![text("CAPEC-560")],
            attack: vec![text("T1133")],
            nist: vec![text("SC-7")],
            applies_to: text("any"),
            assumptions: Assumptions::default(),
        };
        let base =
            dread.with(Factor::Exploitability, dread.get(Factor::Exploitability).saturating_add(1));
        let moved = dread.get(Factor::Exploitability) < 10;
        self.model.threats.push(Threat {
            id: text(&format!("{}@{target}", class.id)),
            class: Arc::new(class),
            target: text(target),
            stride,
            dread: ContextDread {
                base,
                dread,
                score: dread.score(),
                severity: Bands::default().severity(dread.score()),
                steps: if moved {
                    vec![Step {
                        factor: Factor::Exploitability,
                        step: -1,
                        reason: text("auth: password → key_or_cert"),
                        proof: vec![at("app.tf", 41)],
                    }]
                } else {
                    Vec::new()
                },
                confidence: Confidence { known: 4, of: 6 },
            },
            context: vec![("exposure", text("internet_open")), ("auth", text("unknown"))],
            evidence: vec![at("main.tf", 71), at("edge.tf", 46)],
            findings: vec![text("dn1:0123456789abcdef0123456789abcdef")],
            rules: vec![text("azure/some-rule")],
            remediation: text("Limit the source of the rule to the administration network."),
            state: ThreatState::Open,
            note: None,
        });
        self
    }

    /// A path over nodes; flows between them are looked up.
    pub fn path(mut self, title: &str, nodes: &[&str], threats: &[&str], dread: [u8; 5]) -> Self {
        let dread = Dread::new(dread).unwrap();
        let (from, to) = (nodes[0], nodes[nodes.len() - 1]);
        let flows = nodes.windows(2).map(|pair| {
            let joins = |flow: &&Flow| &*flow.source == pair[0] && &*flow.target == pair[1];
            Arc::clone(&self.model.flows.iter().find(joins).unwrap().id)
        });
        let flows: Vec<_> = flows.collect();
        let number = self.model.paths.len() + 1;
        let mut steps: Vec<PathStep> = threats
            .iter()
            .map(|threat| PathStep {
                class: text(threat.split('@').next().unwrap()),
                at: text(threat.split_once('@').unwrap().1),
                threat: Some(text(threat)),
                how: text("through the open door"),
            })
            .collect();
        steps.push(PathStep {
            class: text("T015"),
            at: text(to),
            threat: None,
            how: text("a credential found on the host"),
        });
        self.model.paths.push(AttackPath {
            id: text(&format!("{from}>{to}#{number}")),
            title: text(title),
            from: text(from),
            to: text(to),
            nodes: nodes.iter().map(|node| text(node)).collect(),
            flows,
            steps,
            dread,
            score: dread.score(),
            severity: Bands::default().severity(dread.score()),
            assumed: false,
            cut_by: threats
                .iter()
                .map(|threat| text(&format!("close the door ({threat})")))
                .collect(),
        });
        self
    }

    pub fn fix(mut self, id: &str, change: &str, paths: usize, score: u32) -> Self {
        self.model.fixes.push(Fix {
            id: text(id),
            change: text(change),
            paths,
            score,
            location: Some(at("main.tf", 71)),
        });
        self
    }

    /// The model, sorted as the type says, with STRIDE coverage.
    pub fn build(mut self) -> ThreatModel {
        let model = &mut self.model;
        model.boundaries.sort_by(|a, b| a.id.cmp(&b.id));
        model.assets.sort_by(|a, b| a.id.cmp(&b.id));
        model.flows.sort_by(|a, b| {
            (&a.source, &a.target, a.kind, &a.label).cmp(&(&b.source, &b.target, b.kind, &b.label))
        });
        model.threats.sort_by(|a, b| {
            b.dread
                .score
                .cmp(&a.dread.score)
                .then_with(|| (&a.class.id, &a.target).cmp(&(&b.class.id, &b.target)))
        });
        for asset in &model.assets {
            for letter in asset.element.stride().chars() {
                let opens = |threat: &&Threat| {
                    threat.target == asset.id
                        && threat.stride.iter().any(|stride| stride.letter() == letter)
                };
                model.coverage.push(Coverage {
                    target: Arc::clone(&asset.id),
                    letter,
                    threats: model
                        .threats
                        .iter()
                        .filter(opens)
                        .map(|threat| Arc::clone(&threat.id))
                        .collect(),
                    mitigations: if letter == 'T' {
                        vec![text("encrypted at rest")]
                    } else {
                        Vec::new()
                    },
                });
            }
        }
        model.meaning = (model.assets.len(), model.assets.len() + 1);
        model.without_meaning = vec![(text("random_pet"), 1)];
        model.assumptions = vec![text("variables without a value are unknown")];
        self.model
    }
}

/// A shop like that of the golden case: eleven assets, nested networks, three paths.
pub(crate) fn shop() -> ThreatModel {
    use FlowKind::{Identity, Permission, SupplyChain};
    Builder::new("shop")
        .zone("internet", "Internet", "internet", None)
        .zone("third_party", "Third party", "third_party", None)
        .zone("tenant", "Identity tenant", "tenant", None)
        .zone("repository", "Infrastructure repository", "repository", None)
        .zone("azurerm_resource_group.main", "rg-shop-prod", "resource_group", None)
        .zone("azurerm_virtual_network.main", "10.20.0.0/16", "network", Some("azurerm_resource_group.main"))
        .zone("azurerm_subnet.app", "app 10.20.1.0/24", "subnet", Some("azurerm_virtual_network.main"))
        .zone("azurerm_subnet.db", "db 10.20.2.0/24", "subnet", Some("azurerm_virtual_network.main"))
        .asset("internet", "Internet", "external", Some("internet"))
        .asset("tenant", "Entra ID", "identity_provider", Some("tenant"))
        .asset("azuread_group.operators", "operators", "identity_group", Some("tenant"))
        .asset("azurerm_user_assigned_identity.app", "id-shop-app", "identity_principal", Some("tenant"))
        .asset("azurerm_lb.main", "lb-shop", "load_balancer", Some("azurerm_resource_group.main"))
        .asset("azurerm_dns_zone.public", "shop.example", "dns", Some("azurerm_resource_group.main"))
        .asset("azurerm_private_dns_zone.db", "shop.private", "dns", Some("azurerm_virtual_network.main"))
        .asset("azurerm_linux_virtual_machine.app", "vm-shop-app", "compute_vm", Some("azurerm_subnet.app"))
        .asset("azurerm_postgresql_flexible_server.db", "psql-shop", "datastore_sql", Some("azurerm_subnet.db"))
        .asset("backend.azurerm", "Terraform state", "datastore_object", Some("repository"))
        .asset("var.db_admin_password", "db_admin_password", "secret_store", Some("repository"))
        .asset("module.naming", "naming", "supply_chain", Some("third_party"))
        .net("internet", "azurerm_lb.main", "tcp/443")
        .net("internet", "azurerm_lb.main", "tcp/22")
        .net("azurerm_lb.main", "azurerm_linux_virtual_machine.app", "tcp/443")
        .net("azurerm_lb.main", "azurerm_linux_virtual_machine.app", "tcp/22")
        .net("azurerm_linux_virtual_machine.app", "azurerm_postgresql_flexible_server.db", "tcp/5432")
        .net("internet", "azurerm_dns_zone.public", "udp/53")
        .net("azurerm_linux_virtual_machine.app", "azurerm_private_dns_zone.db", "udp/53")
        .net("azurerm_linux_virtual_machine.app", "internet", "any")
        .flow("azurerm_linux_virtual_machine.app", "azurerm_user_assigned_identity.app", Identity, "runs as")
        .flow("azurerm_user_assigned_identity.app", "azurerm_postgresql_flexible_server.db", Permission, "administers")
        .flow("azuread_group.operators", "azurerm_postgresql_flexible_server.db", Permission, "reads")
        .flow("tenant", "azurerm_user_assigned_identity.app", Identity, "issues tokens")
        .flow("module.naming", "backend.azurerm", SupplyChain, "code runs at plan time")
        .threat("T001", "Anyone on the internet can reach a management port and take over the host", "azurerm_linux_virtual_machine.app", "STIE", [8, 10, 9, 10, 9])
        .threat("T032", "Web attacks reach the application unfiltered", "azurerm_linux_virtual_machine.app", "TID", [6, 7, 6, 7, 7])
        .threat("T037", "State or plan files expose secrets and the full inventory", "backend.azurerm", "I", [9, 8, 5, 8, 4])
        .threat("T008", "A secret committed in code or state is used to impersonate the owner", "var.db_admin_password", "SIE", [8, 8, 4, 8, 6])
        .threat("T006", "Traffic in transit can be read or changed on the path", "azurerm_linux_virtual_machine.app>azurerm_postgresql_flexible_server.db:network:tcp/5432", "TI", [6, 5, 1, 7, 0])
        .path("Internet to the database through SSH", &["internet", "azurerm_lb.main", "azurerm_linux_virtual_machine.app", "azurerm_postgresql_flexible_server.db"], &["T001@azurerm_linux_virtual_machine.app"], [9, 8, 6, 10, 9])
        .path("Third-party module to state and every secret in it", &["module.naming", "backend.azurerm"], &["T037@backend.azurerm"], [9, 6, 5, 8, 5])
        .fix("T001@azurerm_linux_virtual_machine.app", "limit the source of the SSH rule", 1, 84)
        .build()
}

/// Name, label, kind, zone.
const LARGE_ASSETS: &[(&str, &str, &str, &str)] = &[
    ("aws_lb.web", "web-balancer", "load_balancer", "public"),
    ("aws_nat_gateway.main", "nat-gateway", "network_gateway", "public"),
    ("aws_instance.bastion", "bastion host", "compute_vm", "public"),
    ("aws_ecs_service.shop", "shop-frontend", "compute_container", "app"),
    ("aws_ecs_service.orders", "orders-service", "compute_container", "app"),
    ("aws_ecs_service.payments", "payments-service", "compute_container", "app"),
    ("aws_lambda_function.resize", "image-resize", "compute_function", "app"),
    ("aws_instance.batch", "nightly-batch-runner-with-a-long-name", "compute_vm", "app"),
    ("aws_rds_cluster.orders", "orders-database", "datastore_sql", "data"),
    ("aws_elasticache.sessions", "session cache", "datastore_cache", "data"),
    ("aws_rds_cluster.payments", "payments-database", "datastore_sql", "data"),
    ("aws_opensearch_domain.search", "product-search", "datastore_search", "data"),
    ("aws_s3_bucket.uploads", "customer-uploads", "datastore_object", "account"),
    ("aws_s3_bucket.assets", "static-assets", "datastore_object", "account"),
    ("aws_sqs_queue.orders", "orders-queue", "queue", "account"),
    ("aws_secretsmanager_secret.db", "database-credentials", "secret_store", "account"),
    ("aws_iam_role.shop", "role-shop", "identity_role", "iam"),
    ("aws_iam_role.orders", "role-orders", "identity_role", "iam"),
    ("aws_iam_role.payments", "role-payments", "identity_role", "iam"),
    ("aws_iam_role.deploy", "role-deploy", "identity_role", "iam"),
    ("aws_cloudfront_distribution.cdn", "content delivery", "cdn", "account"),
];

/// Source, target, kind, label.
const LARGE_FLOWS: &[(&str, &str, FlowKind, &str)] = &[
    ("aws_cloudfront_distribution.cdn", "aws_lb.web", FlowKind::Network, "tcp/443"),
    ("aws_cloudfront_distribution.cdn", "aws_s3_bucket.assets", FlowKind::Data, "reads"),
    ("aws_lb.web", "aws_ecs_service.shop", FlowKind::Network, "tcp/8080"),
    ("aws_lb.web", "aws_ecs_service.orders", FlowKind::Network, "tcp/8081"),
    ("aws_instance.bastion", "aws_instance.batch", FlowKind::Network, "tcp/22"),
    ("aws_ecs_service.shop", "aws_ecs_service.orders", FlowKind::Network, "tcp/8081"),
    ("aws_ecs_service.orders", "aws_ecs_service.payments", FlowKind::Network, "tcp/8443"),
    ("aws_ecs_service.shop", "aws_elasticache.sessions", FlowKind::Network, "tcp/6379"),
    ("aws_ecs_service.shop", "aws_opensearch_domain.search", FlowKind::Network, "tcp/443"),
    ("aws_ecs_service.orders", "aws_rds_cluster.orders", FlowKind::Network, "tcp/5432"),
    ("aws_ecs_service.payments", "aws_rds_cluster.payments", FlowKind::Network, "tcp/5432"),
    ("aws_instance.batch", "aws_rds_cluster.orders", FlowKind::Network, "tcp/5432"),
    ("aws_ecs_service.shop", "aws_iam_role.shop", FlowKind::Identity, "runs as"),
    ("aws_ecs_service.orders", "aws_iam_role.orders", FlowKind::Identity, "runs as"),
    ("aws_ecs_service.payments", "aws_iam_role.payments", FlowKind::Identity, "runs as"),
    ("aws_lambda_function.resize", "aws_iam_role.shop", FlowKind::Identity, "runs as"),
    ("aws_iam_role.shop", "aws_s3_bucket.uploads", FlowKind::Permission, "reads, writes"),
    ("aws_iam_role.orders", "aws_sqs_queue.orders", FlowKind::Permission, "sends, receives"),
    ("aws_iam_role.payments", "aws_secretsmanager_secret.db", FlowKind::Permission, "reads secret"),
    ("aws_secretsmanager_secret.db", "aws_ecs_service.payments", FlowKind::Secret, "handed over"),
    ("aws_s3_bucket.uploads", "aws_lambda_function.resize", FlowKind::Data, "triggers"),
    ("aws_iam_role.deploy", "aws_ecs_service.shop", FlowKind::Permission, "deploys"),
];

/// About fifty assets of three tiers, twice, in nested zones on one cloud, with shared services.
pub(crate) fn large() -> ThreatModel {
    use FlowKind::{Identity, Log, Permission};
    let mut builder = Builder::new("two environments on one cloud, with shared services")
        .zone("internet", "Internet", "internet", None)
        .zone("account", "Account 111122223333", "account", None)
        .zone("iam", "Identities", "tenant", Some("account"))
        .zone("shared", "Shared services", "module", Some("account"))
        .asset("internet", "Internet", "external", Some("internet"))
        .asset("ci", "Build pipeline", "supply_chain", None)
        .asset("aws_s3_bucket.logs", "central-log-archive", "datastore_object", Some("shared"))
        .asset("aws_kms_key.main", "alias/main", "key", Some("shared"))
        .asset("aws_ecr_repository.shop", "shop-images", "datastore_registry", Some("shared"))
        .asset("aws_cloudtrail.main", "organisation-trail", "log_pipeline", Some("shared"))
        .asset("aws_sns_topic.alerts", "alerts", "queue", Some("shared"))
        .flow("ci", "aws_ecr_repository.shop", FlowKind::SupplyChain, "pushes images")
        .flow("aws_cloudtrail.main", "aws_s3_bucket.logs", Log, "writes logs");
    for env in ["prod", "staging"] {
        let id = |name: &str| format!("module.{env}.{name}");
        let (vpc, public, app, data) = (
            id("aws_vpc.main"),
            id("aws_subnet.public"),
            id("aws_subnet.app"),
            id("aws_subnet.data"),
        );
        builder = builder
            .zone(&vpc, &format!("{env} 10.0.0.0/16"), "network", Some("account"))
            .zone(&public, "public", "subnet", Some(&vpc))
            .zone(&app, "app", "subnet", Some(&vpc))
            .zone(&data, "data", "subnet", Some(&vpc));
        for (name, label, kind, zone) in LARGE_ASSETS {
            let zone = match *zone {
                "public" => &*public,
                "app" => &*app,
                "data" => &*data,
                other => other,
            };
            builder = builder.asset(&id(name), label, kind, Some(zone));
        }
        for (source, target, kind, label) in LARGE_FLOWS {
            builder = builder.flow(&id(source), &id(target), *kind, label);
        }
        builder = builder
            .net("internet", &id("aws_cloudfront_distribution.cdn"), "tcp/443")
            .net("internet", &id("aws_instance.bastion"), "tcp/22")
            .net(&id("aws_nat_gateway.main"), "internet", "any")
            .flow("ci", &id("aws_iam_role.deploy"), Identity, "assumes")
            .flow(&id("aws_lb.web"), "aws_s3_bucket.logs", Log, "access logs")
            .flow(&id("aws_iam_role.payments"), "aws_kms_key.main", Permission, "decrypts")
            .threat(
                "T001",
                "Anyone on the internet can reach a management port and take over the host",
                &id("aws_instance.bastion"),
                "STIE",
                [8, 10, 9, 10, 9],
            )
            .threat(
                "T032",
                "Web attacks reach the application unfiltered",
                &id("aws_ecs_service.shop"),
                "TID",
                [6, 7, 6, 7, 7],
            )
            .path(
                &format!("Internet to the {env} orders database"),
                &[
                    "internet",
                    &id("aws_instance.bastion"),
                    &id("aws_instance.batch"),
                    &id("aws_rds_cluster.orders"),
                ],
                &[&format!("T001@{}", id("aws_instance.bastion"))],
                [9, 8, 7, 10, 9],
            );
    }
    builder.build()
}
