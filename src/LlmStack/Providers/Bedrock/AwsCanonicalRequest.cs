using System.Security.Cryptography;
using System.Text;

namespace LlmStack.Providers.Bedrock;

/// <summary>Writes a request in the one form that both sides sign.</summary>
internal static class AwsCanonicalRequest
{
    /// <param name="method">The method.</param>
    /// <param name="path">The path as it is sent; it is escaped once more.</param>
    /// <param name="query">The query as it is sent, without its question mark; empty for none.</param>
    /// <param name="headers">The headers that are signed.</param>
    /// <param name="body">The body.</param>
    /// <param name="signedHeaders">The headers' names, as the signature lists them.</param>
    public static string Write(string method, string path, string query, IEnumerable<KeyValuePair<string, string>> headers, ReadOnlySpan<byte> body, out string signedHeaders)
    {
        var sorted = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, string value) in headers)
        {
            string key = name.ToLowerInvariant();
            string trimmed = Trim(value);
            sorted[key] = sorted.TryGetValue(key, out string? known) ? $"{known},{trimmed}" : trimmed;
        }

        var text = new StringBuilder(method).Append('\n');
        AppendPath(text, path);
        text.Append('\n').Append(Query(query)).Append('\n');
        foreach ((string name, string value) in sorted)
        {
            text.Append(name).Append(':').Append(value).Append('\n');
        }

        signedHeaders = string.Join(';', sorted.Keys);
        return text.Append('\n').Append(signedHeaders).Append('\n').Append(Convert.ToHexStringLower(SHA256.HashData(body))).ToString();
    }

    private static void AppendPath(StringBuilder text, string path)
    {
        if (path.Length == 0)
        {
            text.Append('/');
            return;
        }

        bool first = true;
        foreach (Range segment in path.AsSpan().Split('/'))
        {
            text.Append(first ? "" : "/").Append(Uri.EscapeDataString(path.AsSpan()[segment]));
            first = false;
        }
    }

    private static string Query(string query)
    {
        if (query.Length == 0)
        {
            return "";
        }

        var fields = new List<(string Name, string Value)>();
        foreach (string field in query.Split('&'))
        {
            int equals = field.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? field : field[..equals];
            string value = equals < 0 ? "" : field[(equals + 1)..];
            fields.Add((Uri.EscapeDataString(Uri.UnescapeDataString(name)), Uri.EscapeDataString(Uri.UnescapeDataString(value))));
        }

        fields.Sort(static (one, other) => string.CompareOrdinal(one.Name, other.Name) is not 0 and int order ? order : string.CompareOrdinal(one.Value, other.Value));
        return string.Join('&', fields.Select(static field => $"{field.Name}={field.Value}"));
    }

    /// <summary>Takes off spaces at both ends and makes one of several within.</summary>
    private static string Trim(string value)
    {
        var text = new StringBuilder(value.Length);
        foreach (char c in value.AsSpan().Trim())
        {
            if (!char.IsWhiteSpace(c))
            {
                text.Append(c);
            }
            else if (text[^1] != ' ')
            {
                text.Append(' ');
            }
        }

        return text.ToString();
    }
}
