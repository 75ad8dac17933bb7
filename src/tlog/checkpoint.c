#include "tlog/checkpoint.h"

#include "base/enc.h"
#include "tlog/line.h"

void checkpoint_write(struct buf *b, const struct checkpoint *checkpoint)
{
	buf_str(b, checkpoint->origin);
	buf_byte(b, '\n');
	buf_decimal(b, checkpoint->size);
	buf_byte(b, '\n');
	enc_base64(b, checkpoint->root.byte, TREE_HASH_BYTES);
	buf_byte(b, '\n');
}

void checkpoint_sign(struct buf *b, const struct checkpoint *checkpoint,
	const struct vkey *name, const struct sign_key *key)
{
	struct signature signature;
	struct buf body;

	buf_init(&body, CHECKPOINT_MAX_BYTES);
	checkpoint_write(&body, checkpoint);
	sign(key, buf_view(&body), &signature);
	note_write(b, buf_view(&body), name, &signature);
	if (buf_err(&body) != OK && b->err == OK)
		b->err = buf_err(&body);
	buf_release(&body);
}

enum err checkpoint_parse(struct str body, struct checkpoint *ret_checkpoint)
{
	struct checkpoint c;
	struct str size, root;

	if (!line_take(&body, &c.origin) || !line_take(&body, &size) ||
		!line_take(&body, &root) || body.len != 0)
		return ERR_INVALID;
	if (c.origin.len == 0 || line_decimal(size, &c.size) != OK ||
		line_hash(root, c.root.byte) != OK)
		return ERR_INVALID;
	*ret_checkpoint = c;
	return OK;
}

enum err checkpoint_open(struct str note, struct str origin,
	const struct vkey *key, struct checkpoint *ret_checkpoint)
{
	struct checkpoint c;
	struct note n;
	enum err e = note_parse(note, &n);

	if (e == OK)
		e = note_verify(&n, key);
	if (e == OK)
		e = checkpoint_parse(n.text, &c);
	if (e != OK)
		return e;
	if (!str_eq(c.origin, origin))
		return ERR_INVALID;
	*ret_checkpoint = c;
	return OK;
}
