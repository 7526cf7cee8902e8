//! Makes inputs out of samples, hands them to a check, and makes what fails small.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A small generator of numbers (xorshift), the same on every machine.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound.max(1)
    }

    pub fn choose<'t, T>(&mut self, items: &'t [T]) -> &'t T {
        &items[self.below(items.len())]
    }
}

/// What a run is given.
pub struct Target<'t> {
    /// Texts to start from.
    pub samples: Vec<String>,
    /// Pieces to put in.
    pub pieces: &'t [&'t str],
    /// What has to hold; the error says what does not.
    pub check: fn(&str) -> Result<(), String>,
}

/// Run for `seconds`: `COMMAND SECONDS [SEED] [FOLDER…]`. The exit code is 1 if something does not hold.
pub fn run(endings: &[&str], target: impl FnOnce(Vec<String>) -> Target<'static>) {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| arguments.get(at).and_then(|text| text.parse().ok());
    let seconds = number(0).unwrap_or(60);
    let seed: u64 = number(1).unwrap_or(1);
    let mut found = Vec::new();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let folders = arguments.iter().skip(2).map(PathBuf::from);
    for folder in std::iter::once(fixtures).chain(folders) {
        collect(&folder, endings, &mut found);
    }
    let target = target(found);
    std::panic::set_hook(Box::new(|_| {}));
    // The stack of an ordinary main thread.
    let thread = std::thread::Builder::new().stack_size(8 * 1024 * 1024);
    let failed = std::thread::scope(|scope| {
        thread.spawn_scoped(scope, || fuzz(seconds, seed, &target)).map(|handle| handle.join())
    });
    match failed {
        Ok(Ok(0)) => {}
        _ => std::process::exit(1),
    }
}

fn fuzz(seconds: u64, seed: u64, target: &Target<'_>) -> usize {
    let mut random = Random::new(seed);
    let start = Instant::now();
    let (mut cases, mut bytes, mut failures) = (0_u64, 0_u64, Vec::<String>::new());
    let mut shown = 0;
    let samples = target.samples.iter().cloned();
    let mut plain = samples.collect::<Vec<_>>().into_iter();
    while start.elapsed() < Duration::from_secs(seconds) && failures.len() < 20 {
        // Samples as they are first.
        let text = plain.next().unwrap_or_else(|| mutated(&mut random, target));
        cases += 1;
        bytes += text.len() as u64;
        if let Some(message) = failure(target, &text) {
            let kind = message.split(':').next().unwrap_or_default().to_owned();
            if !failures.contains(&kind) {
                let small = minimal(target, &kind, text);
                let message = failure(target, &small).unwrap_or(message);
                println!("FAILS: {message}\n{small:?}\n");
                failures.push(kind);
            }
        }
        let minutes = start.elapsed().as_secs() / 60;
        if minutes > shown {
            shown = minutes;
            println!("{minutes} min: {cases} cases, {bytes} bytes, {} failures", failures.len());
        }
    }
    println!("{cases} cases, {bytes} bytes, {} failures, seed {seed}", failures.len());
    failures.len()
}

fn failure(target: &Target<'_>, text: &str) -> Option<String> {
    let before = on_processor();
    let result = catch_unwind(AssertUnwindSafe(|| (target.check)(text)));
    let spent = on_processor().saturating_sub(before);
    match result {
        Err(panic) => {
            let message = panic.downcast_ref::<String>().cloned();
            let message = message.or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()));
            Some(format!("panic {}", message.unwrap_or_default()))
        }
        Ok(Err(message)) => Some(message),
        // Every check walks the text a bounded number of times.
        Ok(Ok(())) if spent > 50_000_000 + 8_000 * text.len() as u64 => {
            Some(format!("slow: {} ms for {} bytes", spent / 1_000_000, text.len()))
        }
        Ok(Ok(())) => None,
    }
}

/// Nanoseconds that this thread has run; 0 where the system does not tell.
fn on_processor() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or(0)
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn mutated(random: &mut Random, target: &Target<'_>) -> String {
    let mut text = random.choose(&target.samples).clone();
    if random.below(8) == 0 {
        text.clear();
    }
    // Mostly small texts: a fault is one of few statements.
    if text.len() > 2000 && random.below(10) > 0 {
        let from = text.match_indices('\n').map(|(at, _)| at + 1).collect::<Vec<_>>();
        let from = from.get(random.below(from.len())).copied().unwrap_or(0);
        text = text[from..floor(&text, from + 200 + random.below(1500))].to_owned();
    }
    for _ in 0..1 + random.below(5) {
        let at = floor(&text, random.below(text.len() + 1));
        match random.below(9) {
            0..=3 => text.insert_str(at, random.choose::<&str>(target.pieces)),
            4 | 5 => {
                let to = floor(&text, at + 1 + random.below(8));
                text.replace_range(at..to.max(at), "");
            }
            6 => {
                let to = floor(&text, at + random.below(200)).max(at);
                let slice = text[at..to].to_owned();
                text.insert_str(floor(&text, random.below(text.len() + 1)), &slice);
            }
            7 => {
                let other = random.choose(&target.samples);
                let from = floor(other, random.below(other.len() + 1));
                let to = floor(other, from + random.below(300)).max(from);
                text.insert_str(at, &other[from..to]);
            }
            _ if random.below(30) == 0 => {
                let to = floor(&text, at + 1 + random.below(40)).max(at);
                let many = text[at..to].repeat(1 + random.below(4000));
                text.insert_str(at, &many[..floor(&many, 60_000)]);
            }
            _ => text.truncate(at),
        }
    }
    if random.below(60) == 0 {
        let parts = 1 + random.below(5);
        let one: String = (0..parts).map(|_| *random.choose::<&str>(target.pieces)).collect();
        text.push_str(&one.repeat(1 + random.below(60_000 / one.len().max(1))));
    }
    text
}

/// A smaller text that fails in the same way.
fn minimal(target: &Target<'_>, kind: &str, text: String) -> String {
    let fails = |text: &str| {
        failure(target, text).is_some_and(|message| message.split(':').next() == Some(kind))
    };
    let mut text = text;
    let mut size = text.len() / 2;
    let end = Instant::now() + Duration::from_secs(60);
    while size > 0 && Instant::now() < end {
        let mut at = 0;
        while at < text.len() && Instant::now() < end {
            let (from, to) = (floor(&text, at), floor(&text, at + size));
            let smaller = format!("{}{}", &text[..from], &text[to.max(from)..]);
            if smaller.len() < text.len() && fails(&smaller) {
                text = smaller;
            } else {
                at += size;
            }
        }
        size /= 2;
    }
    text
}

fn collect(folder: &Path, endings: &[&str], found: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        if path.is_dir() && !path.is_symlink() {
            collect(&path, endings, found);
        } else if endings.contains(&ending)
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            found.push(text);
        }
    }
}
