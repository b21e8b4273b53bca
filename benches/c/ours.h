/* What the benches measure of libauth, as a C program would call it. Every function does `count` operations and returns
 * 0, or ends the program with the reason. */
#ifndef LIBAUTH_BENCH_OURS_H
#define LIBAUTH_BENCH_OURS_H
#include <stddef.h>
#include <stdint.h>

void *ours_seller(const char *base_url, const char *ca_file);
void ours_seller_free(void *seller);
void ours_post(void *seller, const char *path, const uint8_t *body, size_t length, uint64_t count);
void ours_token(void *seller, uint64_t count);

void *ours_creditpay(const char *signature_key);
void ours_creditpay_build(void *creditpay, const uint8_t *body, size_t length, uint64_t count);

void *ours_daxpay(const char *sign_key, int32_t algorithm);
void ours_daxpay_build(void *daxpay, const uint8_t *body, size_t length, uint64_t count);
void ours_daxpay_read(void *daxpay, const uint8_t *body, size_t length, uint64_t count);

void *ours_redemption(const char *private_key);
void ours_redemption_build(void *redemption, uint64_t count);
#endif
