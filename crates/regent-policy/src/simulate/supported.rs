//! Which resources an action can be simulated on.

use crate::catalogue::CatalogueAction;
use crate::pattern::glob;
use crate::scope::Meter;

/// The searching that one comparison may do: far more than any form of an ARN needs.
const ALLOWANCE: u32 = 1 << 16;

/// The form of ARN by which an action can act on a resource, such as `arn:${Partition}:s3:::${BucketName}`;
/// `None` if it cannot.
///
/// The resource `*` is no resource and has no form, and neither has anything for an action that acts on none.
/// The resource may be a pattern itself: `arn:aws:s3:::photos/*` is an object.
///
/// AWS: Service Authorization Reference, "Resource types".
///
/// ```
/// use regent_policy::catalogue::Catalogue;
/// use regent_policy::simulate::supported_form;
///
/// let catalogue = Catalogue::bundled();
/// let get_object = catalogue.action("s3:GetObject").unwrap();
/// let form = supported_form(get_object, "arn:aws:s3:::photos/2026/july.jpg");
/// assert_eq!(form, Some("arn:${Partition}:s3:::${BucketName}/${ObjectName}"));
/// assert_eq!(supported_form(get_object, "arn:aws:s3:::photos"), None);
/// ```
pub fn supported_form<'a>(action: CatalogueAction<'a>, resource: &str) -> Option<&'a str> {
    let fields = six_fields(resource)?;
    action
        .resources()
        .flat_map(|used| used.resource_type().arns())
        .find(|form| six_fields(form).is_some_and(|form| is_of_form(form, fields)))
}

fn six_fields(text: &str) -> Option<[&str; 6]> {
    let mut fields = text.splitn(6, ':');
    let six = [(); 6].map(|()| fields.next());
    let [Some(arn), Some(partition), Some(service), Some(region), Some(account), Some(rest)] = six else {
        return None;
    };
    Some([arn, partition, service, region, account, rest])
}

fn is_of_form(form: [&str; 6], fields: [&str; 6]) -> bool {
    let ([.., form_rest], [.., rest]) = (form, fields);
    let head = form.iter().zip(fields).take(5);
    head.into_iter().all(|(form, field)| covers(form, field)) && rest_is_of_form(form_rest, rest)
}

/// A name that begins the last field and is followed by a slash or by nothing ends at a slash: a bucket is not an
/// object. Any other name may hold slashes: paths of roles, names of log groups.
fn rest_is_of_form(form: &str, text: &str) -> bool {
    let after = form.strip_prefix("${").and_then(|form| form.split_once('}')).map(|(_, after)| after);
    let Some(after) = after.filter(|after| after.is_empty() || after.starts_with('/')) else {
        return covers(form, text);
    };
    let (name, rest) = text.split_at_checked(text.find('/').unwrap_or(text.len())).unwrap_or((text, ""));
    // A star in place of the name stands for whatever follows it as well.
    covers(after, rest) || name.ends_with('*') && rest.is_empty()
}

/// Does the form, its placeholders standing for anything, cover the text?
fn covers(form: &str, text: &str) -> bool {
    let (mut pattern, mut rest) = (String::with_capacity(form.len()), form);
    while let Some((literal, after)) = rest.split_once("${") {
        pattern.push_str(literal);
        pattern.push('*');
        rest = after.split_once('}').map_or("", |(_, after)| after);
    }
    pattern.push_str(rest);
    glob::covers(pattern.as_bytes(), text.as_bytes(), &mut Meter::new(ALLOWANCE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    #[track_caller]
    fn check(action: &str, resource: &str, expected: bool) {
        let found = supported_form(Catalogue::bundled().action(action).unwrap(), resource);
        assert_eq!(found.is_some(), expected, "{action} on {resource}: {found:?}");
    }

    #[test]
    fn actions_are_simulated_on_resources_of_their_types() {
        check("s3:GetObject", "arn:aws:s3:::photos/july/1.jpg", true);
        check("s3:GetObject", "arn:aws:s3:::photos/*", true);
        check("s3:GetObject", "arn:aws:s3:::*", true);
        check("s3:GetObject", "arn:aws:s3:::photos", false);
        check("s3:ListBucket", "arn:aws:s3:::photos", true);
        check("s3:ListBucket", "arn:aws:s3:::photos/july", false);
        check("s3:ListAllMyBuckets", "arn:aws:s3:::photos", false);
        check("iam:PassRole", "arn:aws:iam::111122223333:role/ci/deploy", true);
        check("iam:PassRole", "arn:aws:iam::111122223333:user/ana", false);
        check("sts:AssumeRole", "arn:aws:iam::111122223333:role/ci/deploy", true);
        check("sqs:SendMessage", "arn:aws-cn:sqs:cn-north-1:111122223333:jobs", true);
        check("sqs:SendMessage", "arn:aws:sns:eu-west-1:111122223333:jobs", false);
        check("logs:PutLogEvents", "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/x:log-stream:y", true);
        check("sqs:SendMessage", "*", false);
        check("sqs:SendMessage", "jobs", false);
    }
}
