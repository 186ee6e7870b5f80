// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.drm;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.tms.db.Database;
import org.esc.tms.db.Refused;
import org.esc.tms.db.Settings;
import org.esc.tms.db.Sql;
import org.esc.tms.db.Vault;
import org.esc.tms.drm.RecoveryRequest.State;
import org.esc.tms.users.Role;
import org.esc.tms.users.User;
import org.esc.tms.users.Users;

/**
 * The archive in the database: private keys sealed with AES-256-GCM under a storage key from the vault, bound to their
 * name, owner and public key. A release that agents agreed to holds for one token and a day, so that an enrolment that
 * was cut off can be repeated.
 */
public final class EmbeddedKeyRecovery implements KeyRecovery {

    private static final Words WORDS = Words.of(EmbeddedKeyRecovery.class);

    private static final String STORAGE = "drm.storage";
    private static final int NONCE = 12;
    private static final int AGENTS = 2;
    private static final Duration GOOD_FOR = Duration.ofDays(1);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Database database;
    private final Settings settings;
    private final Users users;
    private final Vault vault;
    private final InstantSource clock;

    /** Over this database, with its storage key in this vault. */
    public EmbeddedKeyRecovery(Database database, Settings settings, Users users, Vault vault, InstantSource clock)
            throws EscException {
        this.database = database;
        this.settings = settings;
        this.users = users;
        this.vault = vault;
        this.clock = clock;
        vault.getOrMake(STORAGE, 32).close();
    }

    @Override
    public ServerKey generate(String userId, Cuid cuid, int bits, boolean archive) throws EscException {
        if (bits < 1024 || bits > 4096) {
            throw Refused.because(Refused.MISCONFIGURED, WORDS.say("make a key"), WORDS.say("RSA keys have 1024 to 4096 bits here."));
        }
        try {
            var generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            var pair = generator.generateKeyPair();
            var secret = (RSAPrivateCrtKey) pair.getPrivate();
            if (!archive) {
                return new ServerKey(Optional.empty(), pair.getPublic(), secret);
            }
            byte[] random = new byte[16];
            RANDOM.nextBytes(random);
            String id = Hex.of(random).toLowerCase(java.util.Locale.ROOT);
            byte[] spki = pair.getPublic().getEncoded();
            byte[] pkcs8 = secret.getEncoded();
            byte[] sealed = seal(pkcs8, bound(id, userId, spki));
            Arrays.fill(pkcs8, (byte) 0);
            database.run(sql -> sql.update("INSERT INTO archived_keys (id, user_id, cuid, bits, public_key, "
                    + "sealed_key, archived_at) "
                    + "VALUES (?, ?, ?, ?, ?, ?, ?)", id, userId, cuid.toString(), bits, spki, sealed, clock.millis()));
            return new ServerKey(Optional.of(id), pair.getPublic(), secret);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] bound(String id, String userId, byte[] spki) {
        byte[] text = (id + "\n" + userId + "\n").getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(text.length + spki.length).put(text).put(spki).array();
    }

    private byte[] seal(byte[] plain, byte[] bound) throws GeneralSecurityException, EscException {
        byte[] nonce = new byte[NONCE];
        RANDOM.nextBytes(nonce);
        byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, bound).doFinal(plain);
        return ByteBuffer.allocate(NONCE + sealed.length).put(nonce).put(sealed).array();
    }

    private Cipher cipher(int mode, byte[] nonce, byte[] bound) throws GeneralSecurityException, EscException {
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        try (var storage = vault.get(STORAGE).orElseThrow()) {
            byte[] k = storage.bytes();
            cipher.init(mode, new SecretKeySpec(k, "AES"), new GCMParameterSpec(128, nonce));
            Arrays.fill(k, (byte) 0);
        }
        cipher.updateAAD(bound);
        return cipher;
    }

    @Override
    public void certified(String keyId, BigInteger serial) throws EscException {
        database.run(sql -> {
            if (sql.update("UPDATE archived_keys SET serial = ? WHERE id = ?", serial.toString(16), keyId) == 0) {
                throw unknown();
            }
        });
    }

    private static EscException unknown() {
        return Refused.because(Refused.RECOVERY_FAILED, step(), WORDS.say("There is no such key in the archive."));
    }

    @Override
    public List<ArchivedKey> find(String userId) throws EscException {
        return database.inTransaction(sql ->
                sql.query("SELECT * FROM archived_keys WHERE user_id = ? ORDER BY archived_at DESC, id",
                EmbeddedKeyRecovery::key, userId));
    }

    @Override
    public Optional<ArchivedKey> find(BigInteger serial) throws EscException {
        return database.inTransaction(sql -> sql.first("SELECT * FROM archived_keys WHERE serial = ?",
                EmbeddedKeyRecovery::key, serial.toString(16)));
    }

    @Override
    public List<ArchivedKey> list(int start, int size) throws EscException {
        return database.inTransaction(sql ->
                sql.query("SELECT * FROM archived_keys ORDER BY archived_at DESC, id LIMIT "
                + Math.max(size, 0) + " OFFSET " + Math.max(start, 0), EmbeddedKeyRecovery::key));
    }

    private static ArchivedKey key(ResultSet r) throws SQLException {
        return new ArchivedKey(r.getString("id"), r.getString("user_id"), Cuid.of(r.getString("cuid")),
                r.getInt("bits"),
                Optional.ofNullable(r.getString("serial")).map(s -> new BigInteger(s, 16)),
                Instant.ofEpochMilli(r.getLong("archived_at")));
    }

    @Override
    public Outcome recover(String keyId, Cuid target) throws EscException {
        return database.inTransaction(sql -> {
            var key = sql.first("SELECT * FROM archived_keys WHERE id = ? FOR UPDATE", EmbeddedKeyRecovery::key, keyId)
                    .orElseThrow(EmbeddedKeyRecovery::unknown);
            int needed = agents();
            if (needed > 0) {
                var request = sql.first("SELECT * FROM recovery_requests WHERE key_id = ? AND target = ? ORDER BY id "
                        + "DESC LIMIT 1", r -> r.getLong("id"), keyId, target.toString());
                var present = request.isPresent() ? Optional.of(request(sql, request.get()))
                        : Optional.<RecoveryRequest>empty();
                boolean good = present.map(p -> p.state() == State.APPROVED || p.state() == State.RELEASED)
                        .orElse(false)
                        && sql.number("SELECT MAX(approved_at) FROM recovery_approvals WHERE request_id = ?",
                        request.get())
                                + GOOD_FOR.toMillis() > clock.millis();
                if (!good) {
                    boolean open = present.map(p -> p.state() == State.PENDING || p.state() == State.REFUSED)
                            .orElse(false);
                    return new Outcome.Waiting(open ? present.get() : ask(sql, key, target, needed));
                }
                sql.update("UPDATE recovery_requests SET state = ? WHERE id = ?", State.RELEASED.name(), request.get());
            }
            return new Outcome.Released(release(sql, key));
        });
    }

    private int agents() throws EscException {
        var set = settings.get(Settings.RECOVERY_AGENTS);
        return set.isPresent() ? Integer.parseInt(set.get()) : users.demo() ? 0 : AGENTS;
    }

    private RecoveryRequest ask(Sql sql, ArchivedKey key, Cuid target, int needed) throws SQLException, EscException {
        sql.update("INSERT INTO recovery_requests (key_id, user_id, target, state, needed, created_at) VALUES (?, ?, "
                + "?, ?, ?, ?)", key.id(),
                key.userId(), target.toString(), State.PENDING.name(), needed, clock.millis());
        return request(sql, sql.number("SELECT MAX(id) FROM recovery_requests WHERE key_id = ? AND target = ?",
                key.id(), target.toString()));
    }

    private ServerKey release(Sql sql, ArchivedKey key) throws SQLException, EscException {
        record Row(byte[] spki, byte[] sealed) {
        }
        var row = sql.first("SELECT public_key, sealed_key FROM archived_keys WHERE id = ?", r ->
                new Row(r.getBytes(1), r.getBytes(2)), key.id())
                .orElseThrow(EmbeddedKeyRecovery::unknown);
        byte[] pkcs8 = new byte[0];
        try {
            pkcs8 = cipher(Cipher.DECRYPT_MODE, Arrays.copyOf(row.sealed, NONCE),
                    bound(key.id(), key.userId(), row.spki))
                    .doFinal(row.sealed, NONCE, row.sealed.length - NONCE);
            var factory = KeyFactory.getInstance("RSA");
            return new ServerKey(Optional.of(key.id()), factory.generatePublic(new X509EncodedKeySpec(row.spki)),
                    (RSAPrivateCrtKey) factory.generatePrivate(new PKCS8EncodedKeySpec(pkcs8)));
        } catch (AEADBadTagException e) {
            throw Problem.of(Fault.REFUSED, step(),
                    WORDS.say("The archived key was tampered with or sealed under another storage key."))
                    .code("archive-damaged").endOp(Refused.RECOVERY_FAILED).exception(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } finally {
            Arrays.fill(pkcs8, (byte) 0);
        }
    }

    @Override
    public List<RecoveryRequest> requests() throws EscException {
        return database.inTransaction(sql -> {
            var result = new java.util.ArrayList<RecoveryRequest>();
            for (long id : sql.query("SELECT id FROM recovery_requests ORDER BY id DESC", r -> r.getLong(1))) {
                result.add(request(sql, id));
            }
            return result;
        });
    }

    private static RecoveryRequest request(Sql sql, long id) throws SQLException, EscException {
        var agents = sql.query("SELECT agent FROM recovery_approvals WHERE request_id = ? ORDER BY approved_at, agent",
                r -> r.getString(1), id);
        return sql.first("SELECT * FROM recovery_requests WHERE id = ? FOR UPDATE",
                r -> new RecoveryRequest(r.getLong("id"), r.getString("key_id"), r.getString("user_id"),
                Cuid.of(r.getString("target")),
                        State.valueOf(r.getString("state")), r.getInt("needed"), agents,
                        Optional.ofNullable(r.getString("refused_by")), Instant.ofEpochMilli(r.getLong("created_at"))),
                id).orElseThrow(() -> Refused.usage(WORDS.say("decide on a key release"), WORDS.say("There is no such request.")));
    }

    @Override
    public RecoveryRequest approve(long requestId, String agentUid) throws EscException {
        return database.inTransaction(sql -> {
            var request = open(sql, requestId, agentUid);
            if (request.approvals().contains(agentUid)) {
                return request;
            }
            sql.update("INSERT INTO recovery_approvals (request_id, agent, approved_at) VALUES (?, ?, ?)", requestId,
                    agentUid, clock.millis());
            if (request.approvals().size() + 1 >= request.needed()) {
                sql.update("UPDATE recovery_requests SET state = ? WHERE id = ?", State.APPROVED.name(), requestId);
            }
            return request(sql, requestId);
        });
    }

    @Override
    public RecoveryRequest refuse(long requestId, String agentUid) throws EscException {
        return database.inTransaction(sql -> {
            open(sql, requestId, agentUid);
            sql.update("UPDATE recovery_requests SET state = ?, refused_by = ? WHERE id = ?", State.REFUSED.name(),
                    agentUid, requestId);
            return request(sql, requestId);
        });
    }

    private RecoveryRequest open(Sql sql, long requestId, String agentUid) throws SQLException, EscException {
        String step = WORDS.say("decide on a key release");
        // the row is locked before its approvals are read, so that two agents at once count as two
        sql.query("SELECT id FROM recovery_requests WHERE id = ? FOR UPDATE", r -> r.getLong(1), requestId);
        var request = request(sql, requestId);
        var agent = users.find(agentUid).filter(u -> !u.disabled() && u.roles().contains(Role.AGENT)).map(User::uid);
        if (agent.isEmpty()) {
            throw Problem.of(Fault.REFUSED, step, WORDS.say("Only an agent decides on the release of a key."))
                    .code("not-an-agent").exception();
        }
        if (agent.get().equals(request.userId())) {
            throw Problem.of(Fault.REFUSED, step, WORDS.say("Nobody decides on the release of their own key.")).code("own-key")
                    .exception();
        }
        if (request.state() != State.PENDING) {
            throw Problem.of(Fault.REFUSED, step, WORDS.say("The request is closed already ({0}).",
                    request.state().name().toLowerCase(java.util.Locale.ROOT))).code("request-closed").exception();
        }
        return request;
    }

    private static String step() {
        return WORDS.say("recover a key");
    }
}
