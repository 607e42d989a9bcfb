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
        return From(message.AdditionalProperties);
    }

    /// <summary>The log probabilities of a completion; null when there are none.</summary>
    /// <param name="completion">A text completion.</param>
    public static IReadOnlyList<TokenLogProbability>? GetLogProbabilities(this TextCompletion completion)
    {
        ArgumentNullException.ThrowIfNull(completion);
        return From(completion.AdditionalProperties);
    }

    private static IReadOnlyList<TokenLogProbability>? From(AdditionalPropertiesDictionary? properties) =>
        properties is null || !properties.TryGetValue(Key, out object? value) || value is not JsonElement { ValueKind: JsonValueKind.Object } element ? null
        : element.TryGetProperty("content", out JsonElement content) && content.ValueKind == JsonValueKind.Array ? Tokens(content)
        : element.TryGetProperty("tokens", out JsonElement tokens) && tokens.ValueKind == JsonValueKind.Array ? Completion(element, tokens)
        : null;

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
