/* Signs for the redemption system with a key that never leaves its token: an HSM, a smart card, or SoftHSM, through
 * PKCS#11. Settings come from the environment:
 *
 *   PKCS11_MODULE     the token's library, such as /usr/lib/softhsm/libsofthsm2.so
 *   PKCS11_PIN        its PIN
 *   PKCS11_KEY        the private key's label
 *   PUBLIC_KEY_FILE   the merchant's public key, PEM: a first signature is checked against it
 *   LIBAUTH_REDEMPTION_BASE_URL, _BUSINESS_ID, _MERCHANT_ID
 *
 *   cc pkcs11.c $(pkg-config --cflags --libs libauth p11-kit-1) -ldl -o pkcs11
 */
#include <libauth.h>

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the callback works with. One session signs one message at a time: a program of many threads gives each its own, or
 * takes turns. */
struct token {
  CK_FUNCTION_LIST *api;
  CK_SESSION_HANDLE session;
  CK_OBJECT_HANDLE key;
};

/* libauth hands over the message and a place for the signature. */
static int32_t sign(void *context, const uint8_t *message, size_t message_length, uint8_t *signature,
                    size_t signature_capacity) {
  struct token *token = context;
  CK_MECHANISM sha256_with_rsa = {CKM_SHA256_RSA_PKCS, NULL, 0};
  CK_ULONG length = signature_capacity;
  if (token->api->C_SignInit(token->session, &sha256_with_rsa, token->key) != CKR_OK) return -1;
  if (token->api->C_Sign(token->session, (CK_BYTE *)message, message_length, signature, &length) != CKR_OK) return -1;
  return (int32_t)length;
}

static const char *setting(const char *name) {
  const char *value = getenv(name);
  if (value != NULL) return value;
  fprintf(stderr, "%s is not set\n", name);
  exit(EXIT_FAILURE);
}

static void need(int is_fine, const char *what) {
  if (is_fine) return;
  fprintf(stderr, "the token: %s failed\n", what);
  exit(EXIT_FAILURE);
}

static struct token open_token(void) {
  struct token token = {NULL, 0, 0};
  const char *pin = setting("PKCS11_PIN"), *label = setting("PKCS11_KEY");
  CK_OBJECT_CLASS private_key = CKO_PRIVATE_KEY;
  CK_ATTRIBUTE wanted[2] = {{CKA_CLASS, &private_key, sizeof private_key}, {CKA_LABEL, NULL, 0}};
  CK_SLOT_ID slots[8];
  CK_ULONG count = 8;
  CK_RV (*function_list)(CK_FUNCTION_LIST **);
  void *module = dlopen(setting("PKCS11_MODULE"), RTLD_NOW);
  need(module != NULL, "loading PKCS11_MODULE");
  *(void **)&function_list = dlsym(module, "C_GetFunctionList");
  need(function_list != NULL && function_list(&token.api) == CKR_OK, "C_GetFunctionList");
  need(token.api->C_Initialize(NULL) == CKR_OK, "C_Initialize");
  need(token.api->C_GetSlotList(CK_TRUE, slots, &count) == CKR_OK && count > 0, "finding a slot with a token");
  need(token.api->C_OpenSession(slots[0], CKF_SERIAL_SESSION, NULL, NULL, &token.session) == CKR_OK, "C_OpenSession");
  need(token.api->C_Login(token.session, CKU_USER, (CK_BYTE *)pin, strlen(pin)) == CKR_OK,
       "logging in with PKCS11_PIN");
  wanted[1].pValue = (void *)label;
  wanted[1].ulValueLen = strlen(label);
  need(token.api->C_FindObjectsInit(token.session, wanted, 2) == CKR_OK, "C_FindObjectsInit");
  need(token.api->C_FindObjects(token.session, &token.key, 1, &count) == CKR_OK && count == 1, "finding PKCS11_KEY");
  token.api->C_FindObjectsFinal(token.session);
  return token;
}

static char *public_key(void) {
  static char text[8192];
  FILE *file = fopen(setting("PUBLIC_KEY_FILE"), "r");
  need(file != NULL, "opening PUBLIC_KEY_FILE");
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  fclose(file);
  return text;
}

int main(int argc, char **argv) {
  struct token token = open_token();
  libauth_error *error = NULL;
  libauth_config *config = libauth_config_new(setting("LIBAUTH_REDEMPTION_BASE_URL"));
  libauth_redemption *redemption = NULL;
  libauth_redemption_request *request = libauth_redemption_request_new();
  libauth_redemption_alipay_url *url = NULL;
  int code = EXIT_FAILURE;

  libauth_redemption_request_set_serial_no(request, argc > 1 ? argv[1] : "pkcs11-1");
  libauth_redemption_request_set_user_id(request, "user-1");
  /* The token must live as long as the handle, which calls `sign` for each request. */
  if (libauth_redemption_new_rsa_callback(config, setting("LIBAUTH_REDEMPTION_BUSINESS_ID"),
                                          setting("LIBAUTH_REDEMPTION_MERCHANT_ID"), sign, &token, public_key(), NULL,
                                          &redemption, &error) == LIBAUTH_OK &&
      libauth_redemption_get_alipay_url(redemption, request, NULL, &url, &error) == LIBAUTH_OK) {
    puts(libauth_redemption_alipay_url_url(url));
    code = EXIT_SUCCESS;
  } else {
    fprintf(stderr, "%s: %s\n", libauth_status_name(libauth_error_status(error)), libauth_error_message(error));
  }

  libauth_redemption_alipay_url_free(url);
  libauth_redemption_request_free(request);
  libauth_redemption_free(redemption);
  libauth_config_free(config);
  libauth_error_free(error);
  token.api->C_Finalize(NULL);
  return code;
}
