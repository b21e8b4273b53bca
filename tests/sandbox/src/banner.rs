//! What to know of a sandbox that just started.

use super::callbacks::CALLBACKS;
use super::{Sandbox, credentials, signatures};

/// Base URLs, test credentials, requests to try, and how to get each kind of callback sent.
pub fn banner(sandbox: &Sandbox) -> String {
    let test = credentials();
    let origin = sandbox.origin();
    let ident_code = sandbox
        .scoped("default")
        .issue_ident_code("473_32_86000698");
    let body = concat!(
        r#"{"customer_no":"473_32_86000698","customer_token":"customer-token-1","#,
        r#""token_expire":1893456000000,"callback_url":"https://shop.example/callback","#,
        r#""client_ip":"192.168.1.166"}"#
    );
    let path = "/v1/platform/identify/auth";
    let key = test.creditpay_signature_key;
    let signature = signatures::creditpay(key, path, body.as_bytes());
    format!(
        r#"
Base URLs and test credentials (the RSA keys are in {origin}/_/credentials):

  creditpay     {origin}/creditpay
                plat_id {plat_id}   api_key {api_key}
                signature_key {key}
  daxpay        {origin}/daxpay
                app_id {app_id}   mch_no {mch_no}   sign_key {sign_key}
  daxpay        {origin}/daxpay-open (edition open)
                mch_no {open_mch_no}   app_id {open_app_id}
  openplatform  {origin}/openplatform
                clientId {client_id}   secret {client_secret}
  redemption    {origin}/redemption
                business_id {business_id}   merchant_id {merchant_id}
                secret for MD5 {md5_secret}
  seller        {origin}/seller
                accessKey {access_key}   secretKey {secret_key}

Try one in another terminal. Signed (creditpay: HMAC-SHA1 of path and body):

  curl '{origin}/creditpay{path}?plat_id={plat_id}' -H 'trace: t-1' -H 'api-key: {api_key}' -H 'signature: {signature}' -H 'Content-Type: application/json' -d '{body}'

Not signed:

  curl {origin}/creditpay/v1/identify/redirect -H 'trace: t-2' -H 'Content-Type: application/json' -d '{{"ident_code":"{ident_code}"}}'
  curl {origin}/openplatform/openapi/auth/credential -d clientId={client_id} -d secret={client_secret} -d userType=2
  curl {origin}/seller/seller/202405/auth/get-access-token -H 'Content-Type: application/json' -d '{{"accessKey":"{access_key}","secretKey":"{secret_key}"}}'

To see it misbehave, put a fault in front of the platform: {origin}/f/status=503,times=1/creditpay,
or slow=3000, reset_after, cut=10, json=missing, sign=wrong ...
To see what it received: curl {origin}/_/last   and   curl {origin}/_/counters

In a browser: {origin}/ shows each request as it comes, why it was refused, and where two strings to sign part.

To have a callback sent to a server of yours on this machine, here http://127.0.0.1:8080/notify:

{callbacks}
Ctrl-C stops it.
"#,
        callbacks = callbacks(origin),
        open_mch_no = test.daxpay_open_mch_no,
        open_app_id = test.daxpay_open_app_id,
        plat_id = test.creditpay_plat_id,
        api_key = test.creditpay_api_key,
        app_id = test.daxpay_app_id,
        mch_no = test.daxpay_mch_no,
        sign_key = test.daxpay_sign_key,
        client_id = test.openplatform_client_id,
        client_secret = test.openplatform_secret,
        business_id = test.redemption_business_id,
        merchant_id = test.redemption_merchant_id,
        md5_secret = test.redemption_md5_secret,
        access_key = test.seller_access_key,
        secret_key = test.seller_secret_key,
    )
}

/// A command for each platform that calls back, and the kinds to put into it.
fn callbacks(origin: &str) -> String {
    let mut text = String::new();
    for (platform, kinds) in CALLBACKS {
        let order = format!(
            r#"{{"platform":"{platform}","kind":"{}","url":"http://127.0.0.1:8080/notify","send":true}}"#,
            kinds[0]
        );
        text += &format!("  curl {origin}/_/callback -d '{order}'\n");
        if kinds.len() > 1 {
            text += &format!("      kinds: {}\n", kinds.join(" "));
        }
    }
    text
}
