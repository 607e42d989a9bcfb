using LlmStack.Providers;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace LlmStack.Tests.Docs;

/// <summary>Finds out what a format does with an option, by what it sends.</summary>
internal static class OptionProbe
{
    private static readonly ChatMessage[] Hello = [new(ChatRole.User, "Hello")];

    public static ILlmProvider Create(IProviderFormat format, HttpMessageInvoker http)
    {
        var options = new ProviderOptions { Endpoint = format.DefaultEndpoint ?? "http://127.0.0.1/v1", Project = "project", Location = "europe-west1" };
        return format.Create(new ProviderSetup("probe", options, new Uri(options.Endpoint), http, new FakeTimeProvider()));
    }

    /// <summary><c>sent</c>, <c>emulated</c>, <c>dropped</c>, <c>refused</c>, <c>client</c>, or <c>lost</c>, which must not be.</summary>
    public static async Task<string> FateAsync(IProviderFormat format, OptionCase option)
    {
        if (option.IsRouted)
        {
            return "client";
        }

        var plain = new ChatOptions();
        option.Base?.Invoke(plain);
        var set = new ChatOptions();
        option.Set(set);
        (string? before, _, _) = await SendAsync(format, plain);
        (string? after, IReadOnlyList<string> changes, LlmException? refusal) = await SendAsync(format, set);
        if (refusal is { Kind: LlmErrorKind.InvalidRequest } && after is null)
        {
            return "refused";
        }

        if (changes.Any(static change => change.Contains("emulated", StringComparison.Ordinal)))
        {
            return "emulated";
        }

        if (changes.Count > 0)
        {
            return "dropped";
        }

        return after is not null && (option.Sent is { } piece ? after.Contains(piece, StringComparison.Ordinal) : after != before) ? "sent" : "lost";
    }

    private static async Task<(string? Body, IReadOnlyList<string> Changes, LlmException? Error)> SendAsync(IProviderFormat format, ChatOptions options)
    {
        var handler = new NobodyHandler();
        ILlmProvider provider = Create(format, new HttpMessageInvoker(handler));
        var call = new ProviderCall(ModelOf(format.Type), new StaticCredential("key", "sk-probe"));
        try
        {
            await provider.ChatAsync(call, Hello, options, CancellationToken.None);
        }
        catch (LlmException e)
        {
            return (handler.Body, call.Report.Changes ?? [], e);
        }

        return (handler.Body, call.Report.Changes ?? [], null);
    }

    /// <summary>A usual model of each format: what models differ in is another table.</summary>
    private static string ModelOf(string type) => type switch
    {
        "OpenAI" or "AzureOpenAI" => "gpt-4.1",
        "Anthropic" => "claude-haiku-4-5",
        "Gemini" or "VertexAI" => "gemini-3.5-flash",
        "Mistral" => "mistral-large-latest",
        "Cohere" => "command-a-03-2025",
        "Bedrock" => "anthropic.claude-haiku-4-5-20251001-v1:0",
        _ => "model",
    };
}
