using System.Buffers;
using Microsoft.Extensions.AI;

namespace LlmStack.Routing;

/// <summary>
/// Judges how hard the last user message looks, by fixed rules: the same text gives the same tier in every process of this version.
/// System prompts and answers do not count, or every call of a technical assistant would be hard.
/// </summary>
internal static class ComplexityRules
{
    /// <summary>Changes whenever a rule does, because a tier may then differ; it is part of the documentation.</summary>
    public const int Version = 1;

    private const int CharactersPerToken = 4;
    private const int ShortTokens = 15;
    private const int LongTokens = 400;
    private const int ReasoningMarkersThatForce = 2;

    /// <summary>Enough to tell; a long paste is not read to its end for more.</summary>
    private const int MostMarkers = 4;

    private static readonly SearchValues<string> Code = Words(
        "```", "function", "class ", "def ", "return ", "import ", "public ", "const ", "async", "await", "select ", "sql", "regex", "compile", "exception", "stack trace",
        "debug", "refactor", "unit test", "code", "script", "api ", "json", "yaml", "bug", "null", "python", "javascript", "typescript", "c#", "c++", "java", "rust");

    private static readonly SearchValues<string> Reasoning = Words(
        "step by step", "think through", "reason about", "reasoning", "prove ", "proof", "derive", "explain why", "analyze", "analyse", "pros and cons", "trade-off", "tradeoff",
        "compare and contrast", "evaluate", "justify", "chain of thought", "let's think", "work through", "deduce", "infer ", "root cause");

    private static readonly SearchValues<string> Technical = Words(
        "architecture", "distributed", "concurren", "latency", "throughput", "algorithm", "complexity", "optimi", "encryption", "protocol", "kubernetes", "database", "transaction",
        "consensus", "scalab", "microservice", "neural", "gradient", "integral", "matrix", "theorem", "probability", "statistic", "differential", "quantum", "compiler", "memory leak");

    private static readonly SearchValues<string> Simple = Words(
        "hello", "hi ", "hi!", "hey", "thanks", "thank you", "what is", "what's", "who is", "when is", "where is", "define ", "translate", "spell", "good morning", "how are you");

    private static readonly SearchValues<string> Steps = Words(
        "first,", "first ", "then ", "after that", "next,", "finally", "step 1", "1.", "2.", "3.", "and then", "followed by");

    public static ComplexityTier Classify(IReadOnlyList<ChatMessage>? messages)
    {
        for (int i = (messages?.Count ?? 0) - 1; i >= 0; i--)
        {
            if (messages![i].Role == ChatRole.User)
            {
                return Classify(messages[i]);
            }
        }
        return ComplexityTier.Simple;
    }

    /// <summary>The tier of one text.</summary>
    public static ComplexityTier Classify(ReadOnlySpan<char> text)
    {
        var found = default(Markers);
        found.Add(text);
        return found.Tier;
    }

    private static ComplexityTier Classify(ChatMessage message)
    {
        var found = default(Markers);
        IList<AIContent> contents = message.Contents;
        for (int i = 0; i < contents.Count; i++)
        {
            if (contents[i] is TextContent { Text: { } text })
            {
                found.Add(text);
            }
        }
        return found.Tier;
    }

    private static SearchValues<string> Words(params string[] words) => SearchValues.Create(words, StringComparison.OrdinalIgnoreCase);

    /// <summary>Markers count where a word begins: <c>prove</c>, not <c>improve</c>.</summary>
    private static int Count(ReadOnlySpan<char> text, SearchValues<string> words)
    {
        int count = 0;
        int from = 0;
        while (count < MostMarkers && text[from..].IndexOfAny(words) is >= 0 and var at)
        {
            int place = from + at;
            count += place == 0 || !char.IsLetterOrDigit(text[place - 1]) ? 1 : 0;
            from = place + 1;
        }
        return count;
    }

    private struct Markers
    {
        private int _length;
        private int _code;
        private int _reasoning;
        private int _technical;
        private int _simple;
        private int _steps;
        private int _questions;

        /// <summary>One reason is not enough, two are: a half and a whole.</summary>
        public readonly ComplexityTier Tier
        {
            get
            {
                if (_reasoning >= ReasoningMarkersThatForce)
                {
                    return ComplexityTier.Reasoning;
                }
                int tokens = _length / CharactersPerToken;
                double score = (0.10 * (tokens < ShortTokens ? -1 : tokens > LongTokens ? 1 : 0))
                    + (0.30 * Half(_code))
                    + (0.25 * Half(_reasoning))
                    + (0.25 * Half(_technical))
                    - (0.05 * Math.Min(1, _simple))
                    + (0.03 * Half(_steps))
                    + (0.02 * Half(_questions - 1));
                return score < 0.15 ? ComplexityTier.Simple : score < 0.35 ? ComplexityTier.Medium : score < 0.60 ? ComplexityTier.Complex : ComplexityTier.Reasoning;
            }
        }

        public void Add(ReadOnlySpan<char> text)
        {
            _length += text.Length;
            _code += Count(text, Code);
            _reasoning += Count(text, Reasoning);
            _technical += Count(text, Technical);
            _simple += Count(text, Simple);
            _steps += Count(text, Steps);
            _questions += text.Count('?');
        }

        private static double Half(int count) => Math.Clamp(count / 2.0, 0, 1);
    }
}
