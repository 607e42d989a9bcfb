using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmStack;

/// <summary>Log probabilities of an answer's tokens, where they were asked for (<c>logprobs</c>, <c>top_logprobs</c>) and the provider sent them.</summary>
public static class LogProbabilityExtensions
{
    private const string Key = "logprobs";

    /// <summary>The log probabilities of the first choice; null when there are none.</summary>
    /// <param name="response">A response, also one coalesced from a stream.</param>
    public static IReadOnlyList<TokenLogProbability>? GetLogProbabilities(this ChatResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return (response.Messages.Count > 0 ? response.Messages[0].GetLogProbabilities() : null) ?? From(response.AdditionalProperties);
    }

    /// <summary>The log probabilities of one message; null when there are none.</summary>
    /// <param name="message">A message of a response.</param>
    public static IReadOnlyList<TokenLogProbability>? GetLogProbabilities(this ChatMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (From(message.AdditionalProperties) is { } whole)
        {
            return whole;
        }

        List<TokenLogProbability>? parts = null;
        foreach (AIContent content in message.Contents)
        {
            if (From(content.AdditionalProperties) is { } part)
            {
                (parts ??= []).AddRange(part);
            }
        }

        return parts;
    }

    /// <summary>The log probabilities of a completion; null when there are none.</summary>
    /// <param name="completion">A text completion.</param>
    public static IReadOnlyList<TokenLogProbability>? GetLogProbabilities(this TextCompletion completion)
    {
        ArgumentNullException.ThrowIfNull(completion);
        return From(completion.AdditionalProperties);
    }

    private static IReadOnlyList<TokenLogProbability>? From(AdditionalPropertiesDictionary? properties) =>
        properties is null || !properties.TryGetValue(Key, out object? value) || value is not JsonElement element ? null
        : element.ValueKind == JsonValueKind.Array ? (IsOfTexts(element) ? Texts(element) : Tokens(element))
        : ListIn(element, "content") is { } content ? Tokens(content)
        : ListIn(element, "tokens") is { } tokens ? Completion(element, tokens)
        : ListIn(element, "chosenCandidates") is { } chosen ? Candidates(chosen, ListIn(element, "topCandidates"))
        : null;

    private static JsonElement? ListIn(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array ? list : null;

    private static bool IsOfTexts(JsonElement list) => list.GetArrayLength() > 0 && ListIn(list[0], "logprobs") is not null;

    /// <summary>Cohere's form: pieces of text, each with the numbers of its tokens, whose sum is the piece's.</summary>
    private static List<TokenLogProbability> Texts(JsonElement list)
    {
        var texts = new List<TokenLogProbability>(list.GetArrayLength());
        foreach (JsonElement item in list.EnumerateArray())
        {
            double? sum = null;
            foreach (JsonElement number in ListIn(item, "logprobs")?.EnumerateArray() ?? default)
            {
                sum = Number(number) is { } one ? (sum ?? 0) + one : sum;
            }

            texts.Add(new TokenLogProbability(item.ValueKind == JsonValueKind.Object && item.TryGetProperty("text", out JsonElement text) ? text.ToString() : "", sum, []));
        }

        return texts;
    }

    /// <summary>Gemini's form: what was chosen at each place, and beside it what was likeliest there.</summary>
    private static List<TokenLogProbability> Candidates(JsonElement chosen, JsonElement? top)
    {
        var tokens = new List<TokenLogProbability>(chosen.GetArrayLength());
        foreach (JsonElement item in chosen.EnumerateArray())
        {
            int place = tokens.Count;
            JsonElement? others = place < (top?.GetArrayLength() ?? 0) ? ListIn(top!.Value[place], "candidates") : null;
            tokens.Add(Candidate(item, others is { } list ? [.. list.EnumerateArray().Select(static one => Candidate(one, []))] : []));
        }

        return tokens;
    }

    private static TokenLogProbability Candidate(JsonElement item, IReadOnlyList<TokenLogProbability> alternatives) =>
        item.ValueKind == JsonValueKind.Object
            ? new TokenLogProbability(item.TryGetProperty("token", out JsonElement token) ? token.ToString() : "", item.TryGetProperty("logProbability", out JsonElement number) ? Number(number) : null, alternatives)
            : new TokenLogProbability("", null, alternatives);

    private static List<TokenLogProbability> Tokens(JsonElement array)
    {
        var tokens = new List<TokenLogProbability>(array.GetArrayLength());
        foreach (JsonElement item in array.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Object && item.TryGetProperty("token", out JsonElement token) && token.ValueKind == JsonValueKind.String)
            {
                tokens.Add(new TokenLogProbability(
                    token.GetString()!,
                    item.TryGetProperty("logprob", out JsonElement number) ? Number(number) : null,
                    item.TryGetProperty("top_logprobs", out JsonElement top) && top.ValueKind == JsonValueKind.Array ? Tokens(top) : []));
            }
        }

        return tokens;
    }

    /// <summary>The older form: parallel lists of tokens, numbers and maps of alternatives.</summary>
    private static List<TokenLogProbability> Completion(JsonElement element, JsonElement names)
    {
        List<double?> numbers = element.TryGetProperty("token_logprobs", out JsonElement values) && values.ValueKind == JsonValueKind.Array
            ? [.. values.EnumerateArray().Select(Number)]
            : [];
        List<JsonElement> alternatives = element.TryGetProperty("top_logprobs", out JsonElement top) && top.ValueKind == JsonValueKind.Array
            ? [.. top.EnumerateArray()]
            : [];
        var tokens = new List<TokenLogProbability>();
        foreach (JsonElement name in names.EnumerateArray())
        {
            int i = tokens.Count;
            tokens.Add(new TokenLogProbability(
                name.ValueKind == JsonValueKind.String ? name.GetString()! : "",
                i < numbers.Count ? numbers[i] : null,
                i < alternatives.Count && alternatives[i].ValueKind == JsonValueKind.Object
                    ? [.. alternatives[i].EnumerateObject().Select(static one => new TokenLogProbability(one.Name, Number(one.Value), []))]
                    : []));
        }

        return tokens;
    }

    private static double? Number(JsonElement element) => element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out double number) ? number : null;
}
