use super::Variable;

/// A policy as it may come out, for whoever looks at it before it is issued: letters stand for each variable, as many
/// as its text has, so that whatever is found in it is found at the same place in the template.
///
/// Variables of AWS stay as they are, and so does what is no variable at all.
///
/// ```
/// use regent_broker::template::sampled;
///
/// assert_eq!(sampled("arn:aws:s3:::home/${user.name}/${aws:userid}"), "arn:aws:s3:::home/xxxxxxxxxxxx/${aws:userid}");
/// ```
pub fn sampled(policy: &str) -> String {
    let mut sampled = String::with_capacity(policy.len());
    let mut rest = policy;
    while let Some((before, after)) = rest.split_once("${") {
        sampled.push_str(before);
        if let Some((name, behind)) =
            after.split_once('}').filter(|(name, _)| Variable::from_name(name).is_some())
        {
            sampled.extend(std::iter::repeat_n('x', name.chars().count() + "${}".len()));
            rest = behind;
        } else {
            sampled.push_str("${");
            rest = after;
        }
    }
    sampled.push_str(rest);
    sampled
}
