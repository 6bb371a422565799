mod load;
fn main() -> anyhow::Result<()> {
    let address = std::env::var("QA")?.parse()?;
    let key = load::Key { id: "AKIAROOTROOTROOTROOT".into(), secret: "root-secret-root-secret-root-secret-root".into() };
    let form = std::env::var("FORM").unwrap_or("Action=GetCallerIdentity&Version=2011-06-15".into());
    let service = std::env::var("SVC").unwrap_or("sts".into());
    let r = load::request(address, &key, &service, &form)?;
    let d = load::drive(address, &vec![vec![r]; 16], 400_000)?;
    println!("{d:?}");
    Ok(())
}
