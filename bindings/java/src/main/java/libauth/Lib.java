package libauth;

import com.sun.jna.Callback;
import com.sun.jna.Pointer;

/**
 * The functions of {@code libauth.h}, as they are there; bound by {@link Library}. Texts and bytes go in as
 * {@code byte[]} and come out as pointers; outputs are written into a {@code byte[]} of their width; a
 * {@code size_t} is a {@code Pointer}, as wide as one on every platform. Generated from src/ffi (cargo run -p tools --
 * generate); do not edit.
 */
final class Lib {
    private Lib() {}

    interface CancelCallback extends Callback {
        int invoke(Pointer context);
    }

    interface StoreGetCallback extends Callback {
        long invoke(Pointer context, Pointer key, long timeoutMs, Pointer value, Pointer valueCapacity);
    }

    interface StoreAddCallback extends Callback {
        int invoke(Pointer context, Pointer key, Pointer value, Pointer valueLength, long ttlMs, long timeoutMs);
    }

    interface StoreReplaceCallback extends Callback {
        int invoke(Pointer context, Pointer key, Pointer expected, Pointer expectedLength, Pointer value, Pointer valueLength, long ttlMs, long timeoutMs);
    }

    interface StoreRemoveCallback extends Callback {
        int invoke(Pointer context, Pointer key, Pointer expected, Pointer expectedLength, long timeoutMs);
    }

    interface LogCallback extends Callback {
        void invoke(Pointer context, int level, Pointer line);
    }

    interface ClockCallback extends Callback {
        void invoke(Pointer context, Pointer unixMs, Pointer monotonicMs);
    }

    interface SignCallback extends Callback {
        int invoke(Pointer context, Pointer message, Pointer messageLength, Pointer signature, Pointer signatureCapacity);
    }

    // Statuses.
    static native Pointer libauth_status_name(int status);
    static native int libauth_reply_status(int status);

    // Answers.
    static native int libauth_answer_http_status(Pointer answer);
    static native int libauth_answer_verified(Pointer answer);
    static native Pointer libauth_answer_code(Pointer answer);
    static native Pointer libauth_answer_message(Pointer answer);
    static native Pointer libauth_answer_trace_id(Pointer answer);
    static native Pointer libauth_answer_header(Pointer answer, byte[] name);
    static native Pointer libauth_answer_field(Pointer answer, byte[] path);
    static native Pointer libauth_answer_field_or(Pointer answer, byte[] path, byte[] fallback);
    static native int libauth_answer_field_type(Pointer answer, byte[] path);
    static native long libauth_answer_field_int64(Pointer answer, byte[] path, long fallback);
    static native Pointer libauth_answer_body(Pointer answer, byte[] length);
    static native void libauth_answer_free(Pointer answer);

    // Errors.
    static native int libauth_error_status(Pointer error);
    static native Pointer libauth_error_message(Pointer error);
    static native int libauth_error_delivery(Pointer error);
    static native int libauth_error_retry_safe(Pointer error);
    static native long libauth_error_retry_after_ms(Pointer error);
    static native Pointer libauth_error_trace_id(Pointer error);
    static native Pointer libauth_error_platform_code(Pointer error);
    static native Pointer libauth_error_platform_message(Pointer error);
    static native int libauth_error_http_status(Pointer error);
    static native Pointer libauth_error_answer(Pointer error);
    static native void libauth_error_free(Pointer error);

    // The version at run time.
    static native Pointer libauth_version();
    static native int libauth_version_number();
    static native int libauth_check_version(int major, int minor, byte[] error);

    // Options of one call.
    static native Pointer libauth_options_new();
    static native void libauth_options_free(Pointer options);
    static native void libauth_options_set_timeout_ms(Pointer options, long timeoutMs);
    static native void libauth_options_set_trace_id(Pointer options, byte[] traceId);
    static native void libauth_options_set_cancel_callback(Pointer options, CancelCallback callback, Pointer context);

    // Stores that processes share.
    static native Pointer libauth_store_new(
            StoreGetCallback get, StoreAddCallback add, StoreReplaceCallback replace, StoreRemoveCallback remove,
            Pointer context);
    static native void libauth_store_free(Pointer store);

    // Settings.
    static native Pointer libauth_config_new(byte[] baseUrl);
    static native void libauth_config_free(Pointer config);
    static native void libauth_config_set_timeout_ms(Pointer config, long timeoutMs);
    static native void libauth_config_set_connect_timeout_ms(Pointer config, long connectTimeoutMs);
    static native void libauth_config_set_idle_timeout_ms(Pointer config, long idleTimeoutMs);
    static native void libauth_config_set_max_idle_connections(Pointer config, int maxIdleConnections);
    static native void libauth_config_set_max_tries(Pointer config, int maxTries);
    static native void libauth_config_set_max_response_bytes(Pointer config, long maxResponseBytes);
    static native void libauth_config_set_allow_http(Pointer config, int allow);
    static native void libauth_config_set_proxy(Pointer config, byte[] proxy);
    static native void libauth_config_set_proxy_from_environment(Pointer config, int on);
    static native void libauth_config_set_bundled_roots(Pointer config, int on);
    static native void libauth_config_set_system_roots(Pointer config, int on);
    static native void libauth_config_set_ca_file(Pointer config, byte[] path);
    static native void libauth_config_set_ca_pem(Pointer config, byte[] pem, Pointer length);
    static native void libauth_config_set_client_certificate_files(Pointer config, byte[] chainPath, byte[] keyPath);
    static native void libauth_config_set_client_certificate_pem(
            Pointer config, byte[] chain, Pointer chainLength, byte[] key, Pointer keyLength);
    static native void libauth_config_add_pin(Pointer config, byte[] pin);
    static native void libauth_config_set_user_agent(Pointer config, byte[] userAgent);
    static native void libauth_config_set_creditpay_signed_path_prefix(Pointer config, byte[] prefix);
    static native void libauth_config_set_daxpay_utc_offset_minutes(Pointer config, int minutes);
    static native void libauth_config_set_daxpay_response_signature(Pointer config, int policy);
    static native void libauth_config_set_openplatform_token_lifetime_ms(Pointer config, long tokenLifetimeMs);
    static native void libauth_config_set_seller_expires_in_unit(Pointer config, int unit);
    static native void libauth_config_set_seller_token_path(Pointer config, byte[] path);
    static native void libauth_config_add_creditpay_previous_key(Pointer config, byte[] key);
    static native void libauth_config_add_daxpay_previous_key(Pointer config, byte[] key);
    static native void libauth_config_add_redemption_previous_key(Pointer config, byte[] key);
    static native void libauth_config_set_window_ms(Pointer config, long windowMs);
    static native void libauth_config_set_replay_claim_ms(Pointer config, long claimMs);
    static native void libauth_config_set_replay_capacity(Pointer config, long capacity);
    static native void libauth_config_set_replay_store(Pointer config, Pointer store);
    static native void libauth_config_set_token_store(Pointer config, Pointer store);
    static native void libauth_config_add_store_key(Pointer config, byte[] keyId, byte[] key, Pointer keyLength);
    static native void libauth_config_set_store_timeout_ms(Pointer config, long storeTimeoutMs);
    static native void libauth_config_set_clock_callback(Pointer config, ClockCallback callback, Pointer context);
    static native void libauth_config_set_log_callback(
            Pointer config, int level, LogCallback callback, Pointer context);

    // Business calls.
    static native Pointer libauth_call_new(byte[] method, byte[] path);
    static native void libauth_call_free(Pointer call);
    static native void libauth_call_add_query(Pointer call, byte[] name, byte[] value);
    static native void libauth_call_add_header(Pointer call, byte[] name, byte[] value);
    static native void libauth_call_add_header_n(
            Pointer call, byte[] name, Pointer nameLength, byte[] value, Pointer valueLength);
    static native void libauth_call_set_body(Pointer call, byte[] contentType, byte[] body, Pointer length);
    static native void libauth_call_set_idempotent(Pointer call, int idempotent);

    // HTTP messages, for your own transport.
    static native Pointer libauth_http_request_method(Pointer request);
    static native Pointer libauth_http_request_url(Pointer request);
    static native Pointer libauth_http_request_header_count(Pointer request);
    static native Pointer libauth_http_request_header_name(Pointer request, Pointer index);
    static native Pointer libauth_http_request_header_value(Pointer request, Pointer index);
    static native Pointer libauth_http_request_body(Pointer request, byte[] length);
    static native void libauth_http_request_free(Pointer request);
    static native Pointer libauth_http_response_new(int status);
    static native void libauth_http_response_set_status(Pointer response, int status);
    static native void libauth_http_response_add_header(Pointer response, byte[] name, byte[] value);
    static native void libauth_http_response_add_header_n(
            Pointer response, byte[] name, Pointer nameLength, byte[] value, Pointer valueLength);
    static native void libauth_http_response_set_body(Pointer response, byte[] body, Pointer length);
    static native void libauth_http_response_free(Pointer response);

    // Tokens.
    static native Pointer libauth_token_value(Pointer token);
    static native Pointer libauth_token_header_name(Pointer token);
    static native Pointer libauth_token_header_value(Pointer token);
    static native long libauth_token_expires_at_ms(Pointer token);
    static native long libauth_token_lifetime_ms(Pointer token);
    static native int libauth_token_is_degraded(Pointer token);
    static native Pointer libauth_token_answer(Pointer token);
    static native void libauth_token_free(Pointer token);

    // Messages received from a platform.
    static native Pointer libauth_inbound_new(byte[] method, byte[] path);
    static native Pointer libauth_inbound_new_n(byte[] method, Pointer methodLength, byte[] path, Pointer pathLength);
    static native void libauth_inbound_add_header(Pointer inbound, byte[] name, byte[] value);
    static native void libauth_inbound_add_header_n(
            Pointer inbound, byte[] name, Pointer nameLength, byte[] value, Pointer valueLength);
    static native void libauth_inbound_set_body(Pointer inbound, byte[] body, Pointer length);
    static native void libauth_inbound_free(Pointer inbound);

    // Explanations of signatures.
    static native Pointer libauth_explanation_algorithm(Pointer explanation);
    static native Pointer libauth_explanation_string_to_sign(Pointer explanation);
    static native Pointer libauth_explanation_signature(Pointer explanation);
    static native int libauth_explanation_matches(Pointer explanation);
    static native int libauth_explanation_signature_given(Pointer explanation);
    static native Pointer libauth_explanation_message(Pointer explanation);
    static native Pointer libauth_explanation_mistake_count(Pointer explanation);
    static native Pointer libauth_explanation_mistake(Pointer explanation, Pointer index);
    static native Pointer libauth_explanation_advice(Pointer explanation, Pointer index);
    static native void libauth_explanation_free(Pointer explanation);

    // Texts.
    static native Pointer libauth_text_value(Pointer text);
    static native void libauth_text_free(Pointer text);

    // Credit Pay.
    static native int libauth_creditpay_new(
            Pointer config, byte[] platId, byte[] apiKey, byte[] signatureKey, byte[] creditpay, byte[] error);
    static native void libauth_creditpay_free(Pointer creditpay);
    static native Pointer libauth_creditpay_share(Pointer creditpay);
    static native int libauth_creditpay_stats_json(Pointer creditpay, byte[] text, byte[] error);
    static native Pointer libauth_creditpay_request_new();
    static native void libauth_creditpay_request_free(Pointer request);
    static native void libauth_creditpay_request_set_customer_no(Pointer request, byte[] customerNo);
    static native void libauth_creditpay_request_set_customer_token(Pointer request, byte[] customerToken);
    static native void libauth_creditpay_request_set_callback_url(Pointer request, byte[] callbackUrl);
    static native void libauth_creditpay_request_set_client_ip(Pointer request, byte[] clientIp);
    static native void libauth_creditpay_request_set_session_sign(Pointer request, byte[] sessionSign);
    static native void libauth_creditpay_request_set_credit_limit_tag(Pointer request, byte[] creditLimitTag);
    static native void libauth_creditpay_request_set_lang(Pointer request, byte[] lang);
    static native void libauth_creditpay_request_set_token_expire_ms(Pointer request, long tokenExpireMs);
    static native void libauth_creditpay_request_add_card(
            Pointer request, byte[] tag, byte[] amount, byte[] currency, byte[] icon, byte[] input);
    static native int libauth_creditpay_issue_code(
            Pointer creditpay, Pointer request, Pointer options, byte[] code, byte[] error);
    static native int libauth_creditpay_build_issue_code(
            Pointer creditpay, Pointer request, Pointer options, byte[] httpRequest, byte[] error);
    static native int libauth_creditpay_read_issue_code(
            Pointer creditpay, Pointer httpRequest, Pointer httpResponse, byte[] code, byte[] error);
    static native void libauth_creditpay_code_free(Pointer code);
    static native Pointer libauth_creditpay_code_url(Pointer code);
    static native Pointer libauth_creditpay_code_ident_code(Pointer code);
    static native Pointer libauth_creditpay_code_answer(Pointer code);
    static native int libauth_creditpay_open_token(
            Pointer creditpay, byte[] identCode, Pointer options, byte[] token, byte[] error);
    static native int libauth_creditpay_build_open_token(
            Pointer creditpay, byte[] identCode, Pointer options, byte[] httpRequest, byte[] error);
    static native int libauth_creditpay_read_open_token(
            Pointer creditpay, Pointer httpRequest, Pointer httpResponse, byte[] token, byte[] error);
    static native int libauth_creditpay_call(
            Pointer creditpay, Pointer call, Pointer options, byte[] answer, byte[] error);
    static native int libauth_creditpay_build_call(
            Pointer creditpay, Pointer call, Pointer options, byte[] httpRequest, byte[] error);
    static native int libauth_creditpay_read_call(
            Pointer creditpay, Pointer httpRequest, Pointer httpResponse, byte[] answer, byte[] error);
    static native int libauth_creditpay_verify(Pointer creditpay, Pointer message, byte[] event, byte[] error);
    static native int libauth_creditpay_event_done(Pointer event, byte[] error);
    static native void libauth_creditpay_event_free(Pointer event);
    static native int libauth_creditpay_event_kind(Pointer event);
    static native Pointer libauth_creditpay_event_type(Pointer event);
    static native Pointer libauth_creditpay_event_id(Pointer event);
    static native Pointer libauth_creditpay_event_platform_id(Pointer event);
    static native Pointer libauth_creditpay_event_retry(Pointer event);
    static native Pointer libauth_creditpay_event_customer_token(Pointer event);
    static native Pointer libauth_creditpay_event_trace_id(Pointer event);
    static native Pointer libauth_creditpay_event_lang(Pointer event);
    static native long libauth_creditpay_event_timestamp_ms(Pointer event);
    static native Pointer libauth_creditpay_event_field(Pointer event, byte[] path);
    static native Pointer libauth_creditpay_event_field_or(Pointer event, byte[] path, byte[] fallback);
    static native int libauth_creditpay_event_field_type(Pointer event, byte[] path);
    static native long libauth_creditpay_event_field_int64(Pointer event, byte[] path, long fallback);
    static native int libauth_creditpay_event_key(Pointer event);
    static native Pointer libauth_creditpay_event_body(Pointer event, byte[] length);
    static native int libauth_creditpay_explain(
            Pointer creditpay, Pointer message, byte[] signature, byte[] explanation, byte[] error);
    static native int libauth_creditpay_explain_event(
            Pointer creditpay, Pointer message, byte[] signature, byte[] explanation, byte[] error);
    static native int libauth_creditpay_explain_string(
            Pointer creditpay, Pointer message, byte[] theirString, byte[] explanation, byte[] error);

    // DaxPay.
    static native int libauth_daxpay_new(
            Pointer config, byte[] appId, byte[] mchNo, byte[] signKey, int algorithm, byte[] daxpay, byte[] error);
    static native int libauth_daxpay_new_open(
            Pointer config, byte[] mchNo, byte[] appId, byte[] privateKey, byte[] platformPublicKey, byte[] daxpay,
            byte[] error);
    static native int libauth_daxpay_new_open_callback(
            Pointer config, byte[] mchNo, byte[] appId, SignCallback callback, Pointer context, byte[] publicKey,
            byte[] platformPublicKey, byte[] daxpay, byte[] error);
    static native void libauth_daxpay_free(Pointer daxpay);
    static native Pointer libauth_daxpay_share(Pointer daxpay);
    static native int libauth_daxpay_stats_json(Pointer daxpay, byte[] text, byte[] error);
    static native Pointer libauth_daxpay_auth_request_new();
    static native void libauth_daxpay_auth_request_free(Pointer request);
    static native void libauth_daxpay_auth_request_set_channel(Pointer request, byte[] channel);
    static native void libauth_daxpay_auth_request_set_auth_code(Pointer request, byte[] authCode);
    static native void libauth_daxpay_auth_request_set_query_code(Pointer request, byte[] queryCode);
    static native void libauth_daxpay_auth_request_set_client_ip(Pointer request, byte[] clientIp);
    static native void libauth_daxpay_auth_request_set_auth_type(Pointer request, byte[] authType);
    static native void libauth_daxpay_auth_request_set_access_token(Pointer request, byte[] accessToken);
    static native void libauth_daxpay_auth_request_set_union_identifier(Pointer request, byte[] unionIdentifier);
    static native void libauth_daxpay_auth_request_set_auth_token(Pointer request, byte[] authToken);
    static native Pointer libauth_daxpay_auth_url_request_new();
    static native void libauth_daxpay_auth_url_request_free(Pointer request);
    static native void libauth_daxpay_auth_url_request_set_channel(Pointer request, byte[] channel);
    static native void libauth_daxpay_auth_url_request_set_auth_redirect_url(Pointer request, byte[] authRedirectUrl);
    static native void libauth_daxpay_auth_url_request_set_client_ip(Pointer request, byte[] clientIp);
    static native void libauth_daxpay_auth_url_request_set_auth_path(Pointer request, byte[] authPath);
    static native void libauth_daxpay_auth_url_request_set_auth_type(Pointer request, byte[] authType);
    static native void libauth_daxpay_auth_url_request_set_product(Pointer request, byte[] product);
    static native void libauth_daxpay_auth_url_request_set_op_app_id(Pointer request, byte[] opAppId);
    static native void libauth_daxpay_auth_url_request_set_return_path(Pointer request, byte[] returnPath);
    static native void libauth_daxpay_auth_url_request_set_capability(Pointer request, byte[] capability);
    static native int libauth_daxpay_auth(
            Pointer daxpay, Pointer request, Pointer options, byte[] identity, byte[] error);
    static native int libauth_daxpay_build_auth(
            Pointer daxpay, Pointer request, Pointer options, byte[] httpRequest, byte[] error);
    static native int libauth_daxpay_read_auth(
            Pointer daxpay, Pointer httpRequest, Pointer httpResponse, byte[] identity, byte[] error);
    static native void libauth_daxpay_identity_free(Pointer identity);
    static native Pointer libauth_daxpay_identity_open_id(Pointer identity);
    static native Pointer libauth_daxpay_identity_user_id(Pointer identity);
    static native Pointer libauth_daxpay_identity_return_path(Pointer identity);
    static native Pointer libauth_daxpay_identity_access_token(Pointer identity);
    static native int libauth_daxpay_identity_status(Pointer identity);
    static native Pointer libauth_daxpay_identity_status_name(Pointer identity);
    static native Pointer libauth_daxpay_identity_answer(Pointer identity);
    static native int libauth_daxpay_auth_and_set(
            Pointer daxpay, Pointer request, Pointer options, byte[] answer, byte[] error);
    static native int libauth_daxpay_build_auth_and_set(
            Pointer daxpay, Pointer request, Pointer options, byte[] httpRequest, byte[] error);
    static native int libauth_daxpay_read_auth_and_set(
            Pointer daxpay, Pointer httpRequest, Pointer httpResponse, byte[] answer, byte[] error);
    static native int libauth_daxpay_generate_auth_url(
            Pointer daxpay, Pointer request, Pointer options, byte[] authUrl, byte[] error);
    static native int libauth_daxpay_build_generate_auth_url(
            Pointer daxpay, Pointer request, Pointer options, byte[] httpRequest, byte[] error);
    static native int libauth_daxpay_read_generate_auth_url(
            Pointer daxpay, Pointer httpRequest, Pointer httpResponse, byte[] authUrl, byte[] error);
    static native void libauth_daxpay_auth_url_free(Pointer authUrl);
    static native Pointer libauth_daxpay_auth_url_url(Pointer authUrl);
    static native Pointer libauth_daxpay_auth_url_query_code(Pointer authUrl);
    static native Pointer libauth_daxpay_auth_url_auth_token(Pointer authUrl);
    static native Pointer libauth_daxpay_auth_url_answer(Pointer authUrl);
    static native int libauth_daxpay_ping(Pointer daxpay, Pointer options, byte[] answer, byte[] error);
    static native int libauth_daxpay_build_ping(Pointer daxpay, Pointer options, byte[] httpRequest, byte[] error);
    static native int libauth_daxpay_read_ping(
            Pointer daxpay, Pointer httpRequest, Pointer httpResponse, byte[] answer, byte[] error);
    static native int libauth_daxpay_call(Pointer daxpay, Pointer call, Pointer options, byte[] answer, byte[] error);
    static native int libauth_daxpay_build_call(
            Pointer daxpay, Pointer call, Pointer options, byte[] httpRequest, byte[] error);
    static native int libauth_daxpay_read_call(
            Pointer daxpay, Pointer httpRequest, Pointer httpResponse, byte[] answer, byte[] error);
    static native int libauth_daxpay_verify(Pointer daxpay, Pointer message, byte[] event, byte[] error);
    static native int libauth_daxpay_event_done(Pointer event, byte[] error);
    static native void libauth_daxpay_event_free(Pointer event);
    static native Pointer libauth_daxpay_event_code(Pointer event);
    static native Pointer libauth_daxpay_event_message(Pointer event);
    static native Pointer libauth_daxpay_event_trace_id(Pointer event);
    static native Pointer libauth_daxpay_event_field(Pointer event, byte[] path);
    static native Pointer libauth_daxpay_event_field_or(Pointer event, byte[] path, byte[] fallback);
    static native int libauth_daxpay_event_field_type(Pointer event, byte[] path);
    static native long libauth_daxpay_event_field_int64(Pointer event, byte[] path, long fallback);
    static native int libauth_daxpay_event_key(Pointer event);
    static native Pointer libauth_daxpay_event_body(Pointer event, byte[] length);
    static native int libauth_daxpay_explain(
            Pointer daxpay, Pointer message, byte[] signature, byte[] explanation, byte[] error);
    static native int libauth_daxpay_explain_event(
            Pointer daxpay, Pointer message, byte[] signature, byte[] explanation, byte[] error);
    static native int libauth_daxpay_explain_string(
            Pointer daxpay, Pointer message, byte[] theirString, byte[] explanation, byte[] error);

    // The open platform.
    static native int libauth_openplatform_new(
            Pointer config, byte[] clientId, byte[] secret, byte[] openplatform, byte[] error);
    static native void libauth_openplatform_free(Pointer openplatform);
    static native Pointer libauth_openplatform_share(Pointer openplatform);
    static native int libauth_openplatform_stats_json(Pointer openplatform, byte[] text, byte[] error);
    static native int libauth_openplatform_token(Pointer openplatform, Pointer options, byte[] token, byte[] error);
    static native int libauth_openplatform_invalidate(Pointer openplatform, byte[] token, byte[] error);
    static native int libauth_openplatform_build_token(
            Pointer openplatform, Pointer options, byte[] httpRequest, byte[] error);
    static native int libauth_openplatform_read_token(
            Pointer openplatform, Pointer httpRequest, Pointer httpResponse, byte[] token, byte[] error);
    static native int libauth_openplatform_call(
            Pointer openplatform, Pointer call, Pointer options, byte[] answer, byte[] error);
    static native int libauth_openplatform_build_call(
            Pointer openplatform, Pointer call, Pointer options, byte[] httpRequest, byte[] error);
    static native int libauth_openplatform_read_call(
            Pointer openplatform, Pointer httpRequest, Pointer httpResponse, byte[] answer, byte[] error);

    // The voucher redemption system.
    static native int libauth_redemption_new_rsa(
            Pointer config, byte[] businessId, byte[] merchantId, byte[] privateKey, byte[] platformPublicKey,
            byte[] redemption, byte[] error);
    static native int libauth_redemption_new_rsa_callback(
            Pointer config, byte[] businessId, byte[] merchantId, SignCallback callback, Pointer context,
            byte[] publicKey, byte[] platformPublicKey, byte[] redemption, byte[] error);
    static native int libauth_redemption_new_md5(
            Pointer config, byte[] businessId, byte[] merchantId, byte[] secret, byte[] redemption, byte[] error);
    static native void libauth_redemption_free(Pointer redemption);
    static native Pointer libauth_redemption_share(Pointer redemption);
    static native int libauth_redemption_stats_json(Pointer redemption, byte[] text, byte[] error);
    static native Pointer libauth_redemption_request_new();
    static native void libauth_redemption_request_free(Pointer request);
    static native void libauth_redemption_request_set_serial_no(Pointer request, byte[] serialNo);
    static native void libauth_redemption_request_set_user_id(Pointer request, byte[] userId);
    static native void libauth_redemption_request_set_callback_url(Pointer request, byte[] callbackUrl);
    static native int libauth_redemption_get_alipay_url(
            Pointer redemption, Pointer request, Pointer options, byte[] alipayUrl, byte[] error);
    static native int libauth_redemption_build_get_alipay_url(
            Pointer redemption, Pointer request, Pointer options, byte[] httpRequest, byte[] error);
    static native int libauth_redemption_read_get_alipay_url(
            Pointer redemption, Pointer httpRequest, Pointer httpResponse, byte[] alipayUrl, byte[] error);
    static native void libauth_redemption_alipay_url_free(Pointer alipayUrl);
    static native Pointer libauth_redemption_alipay_url_url(Pointer alipayUrl);
    static native Pointer libauth_redemption_alipay_url_answer(Pointer alipayUrl);
    static native int libauth_redemption_call(
            Pointer redemption, Pointer call, Pointer options, byte[] answer, byte[] error);
    static native int libauth_redemption_build_call(
            Pointer redemption, Pointer call, Pointer options, byte[] httpRequest, byte[] error);
    static native int libauth_redemption_read_call(
            Pointer redemption, Pointer httpRequest, Pointer httpResponse, byte[] answer, byte[] error);
    static native int libauth_redemption_verify(Pointer redemption, Pointer message, byte[] event, byte[] error);
    static native int libauth_redemption_event_done(Pointer event, byte[] error);
    static native void libauth_redemption_event_free(Pointer event);
    static native Pointer libauth_redemption_event_serial_no(Pointer event);
    static native Pointer libauth_redemption_event_open_id(Pointer event);
    static native Pointer libauth_redemption_event_user_id(Pointer event);
    static native Pointer libauth_redemption_event_field(Pointer event, byte[] path);
    static native Pointer libauth_redemption_event_field_or(Pointer event, byte[] path, byte[] fallback);
    static native int libauth_redemption_event_field_type(Pointer event, byte[] path);
    static native long libauth_redemption_event_field_int64(Pointer event, byte[] path, long fallback);
    static native int libauth_redemption_event_key(Pointer event);
    static native Pointer libauth_redemption_event_body(Pointer event, byte[] length);
    static native int libauth_redemption_explain(
            Pointer redemption, Pointer message, byte[] signature, byte[] explanation, byte[] error);
    static native int libauth_redemption_explain_event(
            Pointer redemption, Pointer message, byte[] signature, byte[] explanation, byte[] error);
    static native int libauth_redemption_explain_string(
            Pointer redemption, Pointer message, byte[] theirString, byte[] explanation, byte[] error);

    // The marketplace seller API.
    static native int libauth_seller_new(
            Pointer config, byte[] accessKey, byte[] secretKey, byte[] seller, byte[] error);
    static native void libauth_seller_free(Pointer seller);
    static native Pointer libauth_seller_share(Pointer seller);
    static native int libauth_seller_stats_json(Pointer seller, byte[] text, byte[] error);
    static native int libauth_seller_token(Pointer seller, Pointer options, byte[] token, byte[] error);
    static native int libauth_seller_invalidate(Pointer seller, byte[] token, byte[] error);
    static native int libauth_seller_build_token(Pointer seller, Pointer options, byte[] httpRequest, byte[] error);
    static native int libauth_seller_read_token(
            Pointer seller, Pointer httpRequest, Pointer httpResponse, byte[] token, byte[] error);
    static native int libauth_seller_call(Pointer seller, Pointer call, Pointer options, byte[] answer, byte[] error);
    static native int libauth_seller_build_call(
            Pointer seller, Pointer call, Pointer options, byte[] httpRequest, byte[] error);
    static native int libauth_seller_read_call(
            Pointer seller, Pointer httpRequest, Pointer httpResponse, byte[] answer, byte[] error);
}
