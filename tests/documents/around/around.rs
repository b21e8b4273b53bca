#[allow(unused_variables, clippy::all)]
fn around(address: &dyn Fn(&str) -> String) -> Result<(), Box<dyn Error>> {
    let known = libauth_sandbox::credentials();
    let (access_key, secret_key) = (known.seller_access_key, known.seller_secret_key);
    BLOCK
    Ok(())
}
