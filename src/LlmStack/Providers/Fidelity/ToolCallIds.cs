using System.Security.Cryptography;
using System.Text;

namespace LlmStack.Providers.Fidelity;

/// <summary>
/// Rewrites ids of tool calls that came from another vendor. The same id always becomes the same new one, so that a call and its
/// result still belong together without a table, in this request and in the next.
/// </summary>
internal static class ToolCallIds
{
    private const string Letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const string Prefix = "call_";
    private const int HashLetters = 20;

    /// <summary>Returns an id that fits; the same string when it does already.</summary>
    public static string Rewrite(string id, ToolCallIdRules rules, AttemptReport report)
    {
        if (rules.Fits(id))
        {
            return id;
        }

        report.AddChange("tool call ids: rewritten, the format does not accept those of the history");
        string prefix = rules.MaxLength >= Prefix.Length + HashLetters ? Prefix : "";
        return string.Create(Math.Min(rules.MaxLength, prefix.Length + HashLetters), (id, prefix), static (target, source) =>
        {
            source.prefix.CopyTo(target);
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            Hash(source.id, hash);
            for (int i = source.prefix.Length; i < target.Length; i++)
            {
                target[i] = Letters[hash[i - source.prefix.Length] % Letters.Length];
            }
        });
    }

    private static void Hash(string id, Span<byte> hash) => SHA256.HashData(Encoding.UTF8.GetBytes(id), hash);
}
