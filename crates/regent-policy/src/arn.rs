//! Amazon resource names: six fields, split at the first five colons.

/// A text that may be an ARN, cut into its fields once.
///
/// The sixth field is everything after the fifth colon, further colons and slashes included.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arn<'a> {
    pub(crate) text: &'a str,
    /// Partition, service and so on, the leading `arn` first; `None` where there are fewer than five colons.
    pub(crate) fields: Option<[&'a str; 6]>,
}

impl<'a> Arn<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, fields: split(text) }
    }

    /// Can a `*` of the first five fields have run over a colon? Only if there are colons to spare.
    pub(crate) fn has_spare_colons(&self) -> bool {
        self.fields.is_some_and(|[.., last]| last.contains(':'))
    }
}

fn split(text: &str) -> Option<[&str; 6]> {
    let mut colons = text.bytes().enumerate().filter(|(_, byte)| *byte == b':').map(|(at, _)| at);
    let mut start = 0;
    let mut fields = [""; 6];
    for field in fields.iter_mut().take(5) {
        let colon = colons.next()?;
        *field = text.get(start..colon)?;
        start = colon + 1;
    }
    if let Some(last) = fields.last_mut() {
        *last = text.get(start..)?;
    }
    Some(fields)
}

/// The account and the resource of an IAM or STS ARN: `arn:P:iam::A:user/x` gives `A` and `user/x`.
pub(crate) fn identity(text: &str) -> Option<Identity<'_>> {
    let ["arn", _, service @ ("iam" | "sts"), "", account, resource] = split(text)? else { return None };
    is_account(account).then_some(Identity { service, account, resource })
}

/// An ARN of IAM or STS, as principals carry it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Identity<'a> {
    pub(crate) service: &'a str,
    pub(crate) account: &'a str,
    pub(crate) resource: &'a str,
}

/// Is it an account id: twelve digits?
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
