//! Sets of resources of which it is unknown whether they exist: any of them may be what there is.

/// Most resources of which every set is tried.
pub(super) const MAX_FREE: usize = 4;

/// Sets of these resources but that of all. Of many, those that begin or end their list, and hold few or nearly all: what counts them
/// asks about small numbers, or whether it is all.
pub fn worlds(perhaps: &[usize]) -> Vec<Vec<usize>> {
    let count = perhaps.len();
    if count <= MAX_FREE {
        let all = 1_usize << count;
        let of = |set: usize| (0..count).filter(move |at| set & (1 << at) != 0);
        return (0..all - 1).map(|set| of(set).map(|at| perhaps[at]).collect()).collect();
    }
    let lengths = (0..count).filter(|length| length.min(&(count - length)) <= &MAX_FREE);
    lengths
        .flat_map(|length| {
            let ends = [&perhaps[..length], &perhaps[count - length..]];
            ends.into_iter().take(1 + usize::from(length > 0)).map(<[usize]>::to_vec)
        })
        .collect()
}
