//! A threat model from its JSON form, to compare it with another or to write it again.
//!
//! Takes what [`super::to_json`] gives (other members are left alone); gives the model, or what is wrong and where.

use std::sync::Arc;

use serde_json::Value as Json;

use super::{
    Asset, AttackPath, Boundary, ContextDread, Coverage, Drift, Element, Encrypted, Fix, Flow,
    FlowKind, Location, PathStep, Step, Threat, ThreatModel, ThreatState, VERSION,
};
use crate::finding::context::{Assumptions, Dimension};
use crate::finding::{Confidence, Dread, Factor, Score, Severity, Stride, StrideSet, ThreatClass};

const STATES: [ThreatState; 3] = [ThreatState::Open, ThreatState::Mitigated, ThreatState::Accepted];

/// Read a model. The error says what is wrong, with a pointer to it.
pub fn from_json(json: &Json) -> Result<ThreatModel, String> {
    let top = At { json, pointer: String::new() };
    let version = top.get("version")?.number()?;
    if version != u64::from(VERSION) {
        return Err(format!("/version: this is version {version}, not {VERSION}"));
    }
    let meaning = top.get("meaning")?;
    let kind = |it: &At<'_>| Ok((it.get("type")?.text()?, it.get("resources")?.small()?));
    let mut model = ThreatModel {
        title: top.get("title")?.text()?,
        boundaries: top.all("boundaries", boundary)?,
        assets: top.all("assets", asset)?,
        flows: top.all("flows", flow)?,
        threats: top.all("threats", threat)?,
        paths: top.all("paths", path)?,
        fixes: top.all("fixes", fix)?,
        coverage: top.all("stride_coverage", coverage)?,
        drift: top.all("drift", drift)?,
        without_meaning: meaning.all("without", kind)?,
        meaning: (meaning.get("with_meaning")?.small()?, meaning.get("resources")?.small()?),
        assumptions: top.texts("assumptions")?,
        paths_stopped: top.get("paths_stopped")?.optional(At::text)?,
        work: super::Work::default(),
    };
    // Lookups rely on the order.
    model.boundaries.sort_by(|a, b| a.id.cmp(&b.id));
    model.assets.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(model)
}

/// A value with the way to it.
struct At<'j> {
    json: &'j Json,
    pointer: String,
}

impl<'j> At<'j> {
    fn wrong<T>(&self, expected: &str) -> Result<T, String> {
        let pointer = if self.pointer.is_empty() { "/" } else { &self.pointer };
        Err(format!("{pointer}: expected {expected}"))
    }

    fn get(&self, name: &str) -> Result<At<'j>, String> {
        let pointer = format!("{}/{name}", self.pointer);
        match self.json.get(name) {
            Some(json) => Ok(At { json, pointer }),
            None => Err(format!("{pointer}: is missing")),
        }
    }

    fn all<T>(
        &self,
        name: &str,
        read: impl Fn(&At<'j>) -> Result<T, String>,
    ) -> Result<Vec<T>, String> {
        let list = self.get(name)?;
        let Some(items) = list.json.as_array() else { return list.wrong("a list") };
        let item = |(at, json)| read(&At { json, pointer: format!("{}/{at}", list.pointer) });
        items.iter().enumerate().map(item).collect()
    }

    fn optional<T>(
        &self,
        read: impl Fn(&At<'j>) -> Result<T, String>,
    ) -> Result<Option<T>, String> {
        if self.json.is_null() { Ok(None) } else { read(self).map(Some) }
    }

    fn text(&self) -> Result<Arc<str>, String> {
        self.json.as_str().map_or_else(|| self.wrong("a text"), |text| Ok(Arc::from(text)))
    }

    fn texts(&self, name: &str) -> Result<Vec<Arc<str>>, String> {
        self.all(name, At::text)
    }

    fn flag(&self) -> Result<bool, String> {
        self.json.as_bool().map_or_else(|| self.wrong("true or false"), Ok)
    }

    fn number(&self) -> Result<u64, String> {
        self.json.as_u64().map_or_else(|| self.wrong("a whole number"), Ok)
    }

    fn small<T: TryFrom<u64>>(&self) -> Result<T, String> {
        T::try_from(self.number()?).or_else(|_| self.wrong("a smaller number"))
    }

    /// A score with one decimal, in tenths.
    fn tenths<T: TryFrom<u64>>(&self) -> Result<T, String> {
        let tenths = self.json.as_f64().map(|score| (score * 10.0).round());
        match tenths.filter(|tenths| (0.0..1e9).contains(tenths)) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a whole number below 1e9"
            )]
            Some(tenths) => T::try_from(tenths as u64).or_else(|_| self.wrong("a score")),
            None => self.wrong("a score"),
        }
    }

    /// A word of a closed list.
    fn word<T>(
        &self,
        all: impl IntoIterator<Item = T>,
        name: impl Fn(&T) -> &'static str,
    ) -> Result<T, String> {
        let word = self.text()?;
        all.into_iter().find(|it| name(it) == &*word).map_or_else(|| self.wrong("another word"), Ok)
    }
}

fn location(at: &At<'_>) -> Result<Location, String> {
    Ok(Location { file: at.get("file")?.text()?, line: at.get("line")?.small()? })
}

fn boundary(at: &At<'_>) -> Result<Boundary, String> {
    Ok(Boundary {
        id: at.get("id")?.text()?,
        name: at.get("name")?.text()?,
        kind: at.get("kind")?.text()?,
        parent: at.get("parent")?.optional(At::text)?,
        environment: at.get("environment")?.optional(At::text)?,
        filters: at.texts("filters")?,
        source: at.get("source")?.optional(location)?,
    })
}

fn asset(at: &At<'_>) -> Result<Asset, String> {
    let properties = at.get("properties")?;
    let Some(members) = properties.json.as_object() else { return properties.wrong("a map") };
    let property = |(name, json): (&String, &Json)| {
        let state = At { json, pointer: format!("{}/{name}", properties.pointer) }.text()?;
        Ok((Arc::from(name.as_str()), state))
    };
    let properties = members.iter().map(property).collect::<Result<Vec<_>, String>>()?;
    Ok(Asset {
        id: at.get("id")?.text()?,
        name: at.get("name")?.text()?,
        kind: at.get("kind")?.text()?,
        element: at.get("element")?.word(Element::ALL, |it| it.name())?,
        resource_type: at.get("type")?.optional(At::text)?,
        boundary: at.get("boundary")?.optional(At::text)?,
        merges: at.texts("merges")?,
        sensitivity: at.get("sensitivity")?.optional(At::text)?,
        environment: at.get("environment")?.optional(At::text)?,
        owner: at.get("owner")?.optional(At::text)?,
        properties,
        conditional: at.get("conditional")?.flag()?,
        modelled: at.get("modelled")?.flag()?,
        source: at.get("source")?.optional(location)?,
    })
}

fn flow(at: &At<'_>) -> Result<Flow, String> {
    const ENCRYPTED: [Encrypted; 5] = [
        Encrypted::Yes,
        Encrypted::No,
        Encrypted::Optional,
        Encrypted::Unknown,
        Encrypted::NotApplicable,
    ];
    Ok(Flow {
        id: at.get("id")?.text()?,
        source: at.get("source")?.text()?,
        target: at.get("target")?.text()?,
        kind: at.get("kind")?.word(FlowKind::ALL, |it| it.name())?,
        protocol: at.get("protocol")?.optional(At::text)?,
        port: at.get("port")?.optional(At::text)?,
        encrypted: at.get("encrypted")?.word(ENCRYPTED, |it| it.name())?,
        label: at.get("label")?.text()?,
        crosses: at.texts("crosses")?,
        assumed: at.get("assumed")?.flag()?,
        modelled: at.get("modelled")?.flag()?,
        evidence: at.all("evidence", location)?,
    })
}

fn dread(at: &At<'_>) -> Result<Dread, String> {
    let mut factors = [0; 5];
    for (factor, value) in Factor::ALL.iter().zip(&mut factors) {
        *value = at.get(factor.name())?.small()?;
    }
    Dread::new(factors).or_else(|_| at.wrong("factors from 0 to 10"))
}

fn severity(at: &At<'_>) -> Result<Severity, String> {
    const ALL: [Severity; 4] =
        [Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
    at.word(ALL, |it| it.name())
}

fn context_dread(at: &At<'_>) -> Result<ContextDread, String> {
    let assessment = at.get("dread")?;
    let confidence = assessment.get("confidence")?;
    Ok(ContextDread {
        base: dread(&assessment.get("base")?)?,
        dread: dread(&assessment)?,
        score: Score(assessment.get("score")?.tenths()?),
        severity: severity(&at.get("severity")?)?,
        steps: assessment.all("evidence", step)?,
        confidence: Confidence {
            known: confidence.get("known")?.small()?,
            of: confidence.get("of")?.small()?,
        },
    })
}

fn step(at: &At<'_>) -> Result<Step, String> {
    let step = at.get("step")?;
    let number = step.json.as_i64().and_then(|number| i16::try_from(number).ok());
    Ok(Step {
        factor: at.get("factor")?.word(Factor::ALL, |it| it.name())?,
        step: number.map_or_else(|| step.wrong("a step"), Ok)?,
        reason: at.get("reason")?.text()?,
        proof: at.all("proof", location)?,
    })
}

fn threat(at: &At<'_>) -> Result<Threat, String> {
    let letters = at.texts("stride")?;
    let stride = letters.iter().map(|letter| letter.parse().ok().and_then(Stride::from_letter));
    let Some(stride) = stride.collect::<Option<StrideSet>>() else {
        return at.wrong("letters of STRIDE");
    };
    let dread = context_dread(at)?;
    let context = at.get("context")?;
    let Some(members) = context.json.as_object() else { return context.wrong("a map") };
    let mut dimensions = Vec::new();
    for (name, json) in members {
        let known = Dimension::ALL.iter().map(|dimension| dimension.name());
        let Some(known) = known.into_iter().find(|known| known == name) else {
            return context.wrong("dimensions of the context");
        };
        let state = At { json, pointer: format!("{}/{name}", context.pointer) }.text()?;
        dimensions.push((known, state));
    }
    let class = at.get("threat")?;
    let class = ThreatClass {
        id: class.get("id")?.text()?,
        name: class.get("name")?.text()?,
        stride: stride.clone(),
        dread: dread.base,
        cwe: at.texts("cwe")?,
        capec: at.texts("capec")?,
        attack: at.texts("attack")?,
        nist: at.texts("nist")?,
        applies_to: Arc::from("any"),
        assumptions: Assumptions::default(),
    };
    Ok(Threat {
        id: at.get("id")?.text()?,
        class: Arc::new(class),
        target: at.get("target")?.text()?,
        stride,
        dread,
        context: dimensions,
        evidence: at.all("evidence", location)?,
        findings: at.texts("findings")?,
        rules: at.texts("rules")?,
        remediation: at.get("remediation")?.text()?,
        state: at.get("state")?.word(STATES, |it| it.name())?,
        note: at.get("note")?.optional(At::text)?,
    })
}

fn path(at: &At<'_>) -> Result<AttackPath, String> {
    let assessment = at.get("dread")?;
    let step = |at: &At<'_>| {
        Ok(PathStep {
            class: at.get("class")?.text()?,
            at: at.get("at")?.text()?,
            threat: at.get("threat")?.optional(At::text)?,
            how: at.get("how")?.text()?,
        })
    };
    Ok(AttackPath {
        id: at.get("id")?.text()?,
        title: at.get("title")?.text()?,
        from: at.get("from")?.text()?,
        to: at.get("to")?.text()?,
        nodes: at.texts("nodes")?,
        flows: at.texts("flows")?,
        steps: at.all("steps", step)?,
        dread: dread(&assessment)?,
        score: Score(assessment.get("score")?.tenths()?),
        severity: severity(&at.get("severity")?)?,
        assumed: at.get("assumed")?.flag()?,
        cut_by: at.texts("cut_by")?,
    })
}

fn fix(at: &At<'_>) -> Result<Fix, String> {
    Ok(Fix {
        id: at.get("id")?.text()?,
        change: at.get("change")?.text()?,
        paths: at.get("paths")?.small()?,
        score: at.get("score")?.tenths()?,
        location: at.get("location")?.optional(location)?,
    })
}

fn coverage(at: &At<'_>) -> Result<Coverage, String> {
    let letter = at.get("letter")?;
    Ok(Coverage {
        target: at.get("target")?.text()?,
        letter: letter.text()?.parse().or_else(|_| letter.wrong("a letter"))?,
        threats: at.texts("threats")?,
        mitigations: at.texts("mitigations")?,
    })
}

fn drift(at: &At<'_>) -> Result<Drift, String> {
    const WHAT: [&str; 3] = ["asset", "flow", "boundary"];
    let side = at.get("drift")?;
    Ok(Drift {
        modelled: match &*side.text()? {
            "modelled but not in code" => true,
            "in code but not modelled" => false,
            _ => return side.wrong("`modelled but not in code` or `in code but not modelled`"),
        },
        what: at.get("what")?.word(WHAT, |it| it)?,
        id: at.get("id")?.text()?,
        name: at.get("name")?.text()?,
        source: at.get("source")?.optional(location)?,
    })
}
