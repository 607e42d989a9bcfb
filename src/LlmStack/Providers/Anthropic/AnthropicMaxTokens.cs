using LlmStack.Providers.Fidelity;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Anthropic;

/// <summary>The largest number of output tokens, which the format demands.</summary>
internal static class AnthropicMaxTokens
{
    /// <summary>Of a model of which nothing is known.</summary>
    private const int Unknown = 4096;

    /// <summary>
    /// What an answer may take without a stream unless the caller says otherwise: the vendor counts an hour for 128,000 tokens and wants
    /// answers of more than ten minutes streamed.
    /// </summary>
    private const int WithoutStream = 128_000 / 6;

    public static int Of(ProviderCall call, ChatOptions? options, ModelTraits traits, bool stream)
    {
        if (options?.MaxOutputTokens is { } wanted)
        {
            return wanted >= 1 ? wanted : throw FieldPolicy.Refusal("MaxOutputTokens", "allowed is 1 or more", wanted.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        int most = call.Info?.MaxOutputTokens ?? traits.MaxOutput ?? Unknown;
        return stream ? most : Math.Min(most, WithoutStream);
    }
}
