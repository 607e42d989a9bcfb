using System.Globalization;
using System.Text;
using LlmStack.Limits.Ledger;
using Microsoft.Data.Sqlite;

namespace LlmStack.Sqlite;

/// <summary>Finds or makes the rows of <c>scope</c>. Their ids are remembered; a transaction that fails takes them with it.</summary>
internal sealed class ScopeTable : IDisposable
{
    private const int MaxRemembered = 10_000;

    private readonly Dictionary<LedgerScope, long> _ids = [];
    private readonly SqliteCommand _find;
    private readonly SqliteCommand _add;
    private readonly SqliteCommand _addTag;

    public ScopeTable(SqliteConnection connection)
    {
        _find = connection.CreateCommand();
        _find.CommandText = "SELECT id FROM scope WHERE identity = $identity";
        _find.Parameters.Add("$identity", SqliteType.Text);

        var names = new List<string>();
        var values = new List<string>();
        _add = connection.CreateCommand();
        _add.Parameters.Add("$identity", SqliteType.Text);
        for (int i = 0; i < LedgerScope.Count; i++)
        {
            names.Add($"\"{LedgerNames.NameOf((LedgerDimension)i)}\"");
            values.Add("$v" + i.ToString(CultureInfo.InvariantCulture));
            _add.Parameters.Add(values[i], SqliteType.Text);
        }

        _add.CommandText = $"INSERT INTO scope (identity, {string.Join(", ", names)}) VALUES ($identity, {string.Join(", ", values)}) RETURNING id";
        _addTag = connection.CreateCommand();
        _addTag.CommandText = "INSERT OR IGNORE INTO scope_tag (scope, tag) VALUES ($scope, $tag)";
        _addTag.Parameters.Add("$scope", SqliteType.Integer);
        _addTag.Parameters.Add("$tag", SqliteType.Text);
    }

    public long IdOf(LedgerScope scope, SqliteTransaction transaction)
    {
        if (_ids.TryGetValue(scope, out long known))
        {
            return known;
        }

        if (_ids.Count >= MaxRemembered)
        {
            _ids.Clear();
        }

        string identity = Identity(scope);
        _find.Transaction = transaction;
        _find.Parameters[0].Value = identity;
        long id = _find.ExecuteScalar() as long? ?? Add(scope, identity, transaction);
        _ids[scope.Clone()] = id;
        return id;
    }

    /// <summary>Ids of a transaction that failed name nothing.</summary>
    public void Forget() => _ids.Clear();

    public void Dispose()
    {
        _find.Dispose();
        _add.Dispose();
        _addTag.Dispose();
    }

    private long Add(LedgerScope scope, string identity, SqliteTransaction transaction)
    {
        _add.Transaction = transaction;
        _add.Parameters[0].Value = identity;
        for (int i = 0; i < LedgerScope.Count; i++)
        {
            _add.Parameters[i + 1].Value = (object?)scope[(LedgerDimension)i] ?? DBNull.Value;
        }

        long id = (long)_add.ExecuteScalar()!;
        foreach (string tag in scope.Tags)
        {
            _addTag.Transaction = transaction;
            _addTag.Parameters[0].Value = id;
            _addTag.Parameters[1].Value = tag;
            _addTag.ExecuteNonQuery();
        }

        return id;
    }

    /// <summary>Every value with its length, so that no two combinations run together; null is not the empty text.</summary>
    private static string Identity(LedgerScope scope)
    {
        var text = new StringBuilder();
        for (int i = 0; i < LedgerScope.Count; i++)
        {
            Append(text, scope[(LedgerDimension)i]);
        }

        foreach (string tag in scope.Tags)
        {
            Append(text, tag);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, string? value) =>
        text.Append(CultureInfo.InvariantCulture, $"{value?.Length ?? -1}:").Append(value).Append(';');
}
