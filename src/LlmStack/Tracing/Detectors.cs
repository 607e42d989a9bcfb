using System.Buffers;
using System.Text.RegularExpressions;

namespace LlmStack.Tracing;

/// <summary>The built-in detectors. Every pattern has bounded repetitions, so the time is linear in the text.</summary>
internal static partial class Detectors
{
    // Far beyond what a megabyte takes; a text that takes longer is closed like one that could not be masked.
    private const int TimeoutMilliseconds = 2_000;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789");
    private static readonly SearchValues<string> KeyMarks = SearchValues.Create(
        ["sk-", "pk-", "rk-", "sk_", "pk_", "rk_", "AKIA", "ASIA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "AIza", "ya29.", "xox", "gsk_", "xai-", "hf_", "nvapi-", "pplx-", "eyJ", "earer ", "PRIVATE KEY"],
        StringComparison.Ordinal);

    /// <summary>The text with every find replaced by its kind; the same instance when there was none.</summary>
    public static string Mask(string text, SensitiveData kinds)
    {
        ReadOnlySpan<char> span = text;
        if ((kinds & SensitiveData.ApiKeys) != 0 && span.ContainsAny(KeyMarks))
        {
            text = Key().Replace(text, "[KEY]");
        }

        if ((kinds & SensitiveData.Email) != 0 && text.Contains('@', StringComparison.Ordinal))
        {
            text = Email().Replace(text, "[EMAIL]");
        }

        if ((kinds & (SensitiveData.Iban | SensitiveData.PaymentCard | SensitiveData.Phone)) == 0 || !text.AsSpan().ContainsAny(Digits))
        {
            return text;
        }

        if ((kinds & SensitiveData.Iban) != 0)
        {
            text = BankAccounts.Mask(text);
        }

        if ((kinds & SensitiveData.PaymentCard) != 0)
        {
            text = PaymentCards.Mask(text);
        }

        return (kinds & SensitiveData.Phone) != 0 ? Phone().Replace(text, "[PHONE]") : text;
    }

    // The shapes are those of the secret scanners' public rules (GitHub secret scanning, gitleaks), as far as they are unmistakable.
    [GeneratedRegex(
        @"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]{0,8192}?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\z)"
        + @"|\b[spr]k-[A-Za-z0-9_-]{16,512}"
        + @"|\b[spr]k_(?:live|test)_[A-Za-z0-9]{10,256}"
        + @"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
        + @"|\bgh[pousr]_[A-Za-z0-9]{20,255}"
        + @"|\bgithub_pat_[A-Za-z0-9_]{22,255}"
        + @"|\bglpat-[A-Za-z0-9_-]{20,255}"
        + @"|\bAIza[0-9A-Za-z_-]{30,64}"
        + @"|\bya29\.[0-9A-Za-z_-]{20,2048}"
        + @"|\bxox[a-z]-[A-Za-z0-9-]{10,255}"
        + @"|\b(?:gsk_|xai-|hf_|nvapi-|pplx-)[A-Za-z0-9_-]{20,255}"
        + @"|\beyJ[A-Za-z0-9_-]{8,8192}\.[A-Za-z0-9_-]{8,16384}(?:\.[A-Za-z0-9_-]{0,4096})?"
        + @"|\b[Bb]earer {1,4}[A-Za-z0-9._~+/=-]{16,16384}",
        RegexOptions.CultureInvariant, TimeoutMilliseconds)]
    private static partial Regex Key();

    [GeneratedRegex(@"[\w.%+'-]{1,64}@\w(?:[\w-]{0,62})(?:\.[\w-]{1,63}){0,8}\.\p{L}{2,24}", RegexOptions.CultureInvariant, TimeoutMilliseconds)]
    private static partial Regex Email();

    // E.164 allows 15 digits. What only looks like a number of the kind (dates, versions, amounts) has neither '+' nor these groups.
    [GeneratedRegex(
        @"(?<![\w+])(?:\+|00)[1-9]\d{0,2}(?:[ ./-]?\(?\d{1,5}\)?){2,6}(?!\w)"
        + @"|(?<![\w-])(?:1[ .-])?\(?[2-9]\d{2}\)?[ .-][2-9]\d{2}[ .-]\d{4}(?![\w-])"
        + @"|(?<![\w.,/-])\(?0[1-9]\d{1,4}\)?(?:[ /-]\d{2,8}){1,4}(?![\w/-])",
        RegexOptions.CultureInvariant, TimeoutMilliseconds)]
    private static partial Regex Phone();
}
