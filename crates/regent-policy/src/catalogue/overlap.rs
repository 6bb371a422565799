//! Whether a resource that a policy names can be one of a type.
//!
//! Both sides are patterns. The policy's has `*`, `?` and variables, the type's has placeholders; the question is
//! whether any ARN satisfies both.

/// Longer resources are not looked into. ARNs end at 2,048 characters.
const LONGEST: usize = 2048;

/// A piece of either side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    Byte(u8),
    /// Any one character, `?`; of a placeholder, any but this one.
    One(Option<u8>),
    /// Any number of characters: `*`, a variable, or the rest of a placeholder, which ends where its field does.
    Run(Option<u8>),
}

/// Is there an ARN that the type's pattern and the policy's both describe?
///
/// `is_closed` says that other types continue this one's ARNs after a slash, as objects continue buckets. Then the last
/// placeholder has none.
pub(super) fn overlap(arn: &str, is_closed: bool, resource: &str) -> bool {
    if resource.len() > LONGEST {
        return true;
    }
    let (arn, resource) = (of_type(arn, is_closed), of_policy(resource));
    // Field by field, as people mean it: `arn:aws:ec2:*:*:instance/*` is about instances. Taken whole, its stars could
    // run over the colons of an image's ARN. A resource with fewer fields must be meant so.
    match (fields(&arn), fields(&resource)) {
        (Some(arn), Some(resource)) => arn.iter().zip(resource).all(|(arn, resource)| meet(arn, resource)),
        _ => meet(&arn, &resource),
    }
}

/// The six fields of an ARN.
fn fields(mut pieces: &[Piece]) -> Option<[&[Piece]; 6]> {
    let mut fields = [pieces; 6];
    for field in fields.iter_mut().take(5) {
        let colon = pieces.iter().position(|piece| *piece == Piece::Byte(b':'))?;
        (*field, pieces) = (pieces.get(..colon)?, pieces.get(colon + 1..)?);
    }
    *fields.last_mut()? = pieces;
    Some(fields)
}

/// Is there a text that both describe?
fn meet(arn: &[Piece], resource: &[Piece]) -> bool {
    // For every place in the resource: can what is left of it and what is left of the type's pattern be one text? The
    // pattern is gone through backwards, a row of answers a piece.
    let mut below: Vec<bool> = vec![false; resource.len() + 1];
    for (place, answer) in below.iter_mut().enumerate().rev() {
        *answer = resource.get(place..).is_some_and(|rest| rest.iter().all(|piece| is_run(*piece)));
    }
    for piece in arn.iter().rev() {
        let mut row: Vec<bool> = vec![false; resource.len() + 1];
        for place in (0..row.len()).rev() {
            let at = |row: &[bool], place: usize| row.get(place).copied().unwrap_or(false);
            let answer = match (*piece, resource.get(place).copied()) {
                (Piece::Run(_), None) => at(&below, place),
                (Piece::Byte(_) | Piece::One(_), None) => false,
                // Either run may be empty; whichever goes on takes what the other gives.
                (Piece::Run(barred), Some(other)) => {
                    at(&below, place) || (admits(barred, other) && at(&row, place + 1))
                }
                (_, Some(Piece::Run(_))) => at(&row, place + 1) || at(&below, place),
                (Piece::Byte(one), Some(Piece::Byte(other))) => one == other && at(&below, place + 1),
                (Piece::Byte(_), Some(Piece::One(_))) => at(&below, place + 1),
                (Piece::One(barred), Some(other)) => admits(barred, other) && at(&below, place + 1),
            };
            if let Some(cell) = row.get_mut(place) {
                *cell = answer;
            }
        }
        below = row;
    }
    below.first().copied().unwrap_or(false)
}

fn is_run(piece: Piece) -> bool {
    matches!(piece, Piece::Run(_))
}

fn admits(barred: Option<u8>, piece: Piece) -> bool {
    match piece {
        Piece::Byte(byte) => barred != Some(byte),
        Piece::One(_) | Piece::Run(_) => true,
    }
}

fn of_type(arn: &str, is_closed: bool) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let (mut rest, mut colons) = (arn, 0);
    while let Some((before, after)) = rest.split_once("${") {
        push(&mut pieces, before, &mut colons);
        let Some((_, after)) = after.split_once('}') else { break };
        let is_last = !after.contains("${");
        let barred = match colons {
            0..5 => Some(b':'),
            _ if is_closed || !is_last => Some(b'/'),
            _ => None,
        };
        // A region or an account may be missing, a name may not.
        if colons >= 5 {
            pieces.push(Piece::One(barred));
        }
        pieces.push(Piece::Run(barred));
        rest = after;
    }
    push(&mut pieces, rest, &mut colons);
    pieces
}

fn push(pieces: &mut Vec<Piece>, literal: &str, colons: &mut usize) {
    *colons += literal.matches(':').count();
    pieces
        .extend(literal.bytes().map(|byte| if byte == b'*' { Piece::Run(None) } else { Piece::Byte(byte) }));
}

fn of_policy(resource: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = resource;
    while let Some(first) = rest.chars().next() {
        let variable = rest.strip_prefix("${").and_then(|rest| rest.split_once('}'));
        if let Some((_, after)) = variable {
            pieces.push(Piece::Run(None));
            rest = after;
            continue;
        }
        let (character, after) = rest.split_at_checked(first.len_utf8()).unwrap_or((rest, ""));
        match first {
            '*' => pieces.push(Piece::Run(None)),
            '?' => pieces.push(Piece::One(None)),
            _ => pieces.extend(character.bytes().map(Piece::Byte)),
        }
        rest = after;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::overlap;

    const BUCKET: &str = "arn:${Partition}:s3:::${BucketName}";
    const OBJECT: &str = "arn:${Partition}:s3:::${BucketName}/${ObjectName}";
    const ROLE: &str = "arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}";

    #[track_caller]
    fn check(resource: &str, wanted: [bool; 3]) {
        let found = [
            overlap(BUCKET, true, resource),
            overlap(OBJECT, false, resource),
            overlap(ROLE, false, resource),
        ];
        assert_eq!(found, wanted, "bucket, object, role: {resource}");
    }

    #[test]
    fn a_resource_is_of_every_type_that_it_can_be_of() {
        check("*", [true, true, true]);
        check("arn:aws:s3:::b", [true, false, false]);
        check("arn:aws:s3:::b*", [true, true, false]);
        check("arn:aws:s3:::b/*", [false, true, false]);
        check("arn:aws:s3:::b/a/c?", [false, true, false]);
        check("arn:aws:s3:::${aws:PrincipalTag/bucket}", [true, true, false]);
        check("arn:aws:s3:::home/${aws:username}/*", [false, true, false]);
        check("arn:*:s3:::?", [true, false, false]);
        check("arn:aws:iam::111122223333:role/service-role/x", [false, false, true]);
        check("arn:aws:iam::111122223333:role*", [false, false, true]);
        check("arn:aws:*", [true, true, true]);
        check("arn:aws:iam:*:role/x", [false, false, true]);
        check("arn:aws:*:*:*:role/x", [false, true, true]);
        check("arn:aws:iam::*:*", [false, false, true]);
        check("arn:aws:iam::111122223333:user/x", [false, false, false]);
        check("arn:aws:s3:eu-west-1:111122223333:b", [false, false, false]);
        check("", [false, false, false]);
        check("arn:aws:s3:::é/?", [false, true, false]);
    }
}
