namespace LlmStack.Tests.Architecture;

/// <summary>Holds the rooms of docs/architecture.md: who may use whom.</summary>
public sealed class ArchitectureTests
{
    private const int LongestFile = 400;

    /// <summary>
    /// What each room may use without further reason. The types of the root namespace are everybody's; what is missing here is an
    /// error, except for the single files below. Diagnostics, Configuration and DependencyInjection are the wiring.
    /// </summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        [""] = ["Calls", "Calls/Plans", "Routing", "Tracing"],
        ["Calls"] = ["Calls/Plans", "Routing", "Routing/Rules", "Health", "Limits", "Limits/Budgets", "Limits/Ledger", "Limits/Scopes", "Catalog", "Providers", "Tracing", "Diagnostics", "Diagnostics/Events"],
        ["Routing"] = ["Routing/Strategies", "Routing/Rules", "Health", "Limits", "Limits/Budgets", "Limits/Scopes", "Catalog"],
        ["Health"] = [],
        ["Limits"] = ["Limits/Budgets", "Limits/Ledger", "Limits/Scopes", "Catalog"],
        ["Catalog"] = [],
        ["Providers"] = ["Providers/Http", "Providers/Fidelity", "Catalog"],
        ["Tracing"] = ["Tracing/Media", "Catalog"],
        ["Langfuse"] = ["Langfuse/Spooling", "Tracing", "Tracing/Media", "Catalog"],
        ["Diagnostics"] = ["Diagnostics/Events", "Routing", "Health", "Catalog", "Tracing"],
        ["Configuration"] = ["Routing", "Routing/Rules", "Health", "Limits", "Limits/Budgets", "Limits/Scopes", "Catalog", "Providers", "Diagnostics"],
        ["DependencyInjection"] = ["Calls", "Calls/Plans", "Catalog", "Configuration", "Diagnostics", "Diagnostics/Events", "Health", "Langfuse", "Limits", "Limits/Budgets", "Limits/Ledger", "Limits/Scopes", "Providers", "Routing", "Routing/Strategies", "Tracing"],
    };

    /// <summary>Single files that go further, each with its reason.</summary>
    private static readonly Dictionary<(string File, string Used), string> Exceptions = new()
    {
        [("LlmResponseExtensions.cs", "Providers")] = "the route is read off the response types that carry it",
        [("Health/HealthTracker.cs", "Routing")] = "health belongs to deployments of groups, which Routing defines",
        [("Health/HealthTracker.cs", "Providers")] = "a key's cooldown is kept by the id of its credential",
        [("Health/KeyCooldowns.cs", "Routing")] = "a key cools at a deployment, which Routing defines",
        [("Health/KeyCooldowns.cs", "Providers")] = "a key's cooldown is kept by the id of its credential",
        [("Health/CooldownRules.cs", "Routing")] = "the rules are settings of groups and deployments",
        [("Health/CooldownChange.cs", "Routing")] = "the event names the deployment",
        [("Limits/DeploymentAdmission.cs", "Routing")] = "limits belong to deployments, which Routing defines",
        [("Limits/Budgets/LlmBudget.cs", "Tracing")] = "a run's budget is ambient, as a trace is",
        [("Limits/Demand.cs", "Routing")] = "a demand names the deployment",
        [("Limits/KeyLimits.cs", "Routing")] = "the windows of keys lie in Routing's bounded map",
        [("Health/KeyHeadroom.cs", "Routing")] = "what is left for keys lies in Routing's bounded map",
        [("LlmContext.cs", "Limits/Budgets")] = "a run's budget is opened on the context",
        [("Providers/RoutedChatResponse.cs", "Routing")] = "the route, a public result, rides on the response",
        [("Providers/RoutedChatResponseUpdate.cs", "Routing")] = "the route, a public result, rides on the update",
        [("Providers/ChatClient/ClientCapture.cs", "Providers/OpenAI")] = "content of foreign clients is recorded OpenAI-shaped, by the same writer",
        [("Routing/AffinityStore.cs", "Providers/Fidelity")] = "encrypted reasoning names the deployment that made it",
        [("Routing/KeyRoom.cs", "Providers")] = "limits and cooldowns of keys are kept by the ids of their credentials",
        [("Routing/ProviderEntry.cs", "Providers")] = "a snapshot holds the adapter and the credential of a deployment",
        [("Routing/RoutingSnapshot.cs", "Providers")] = "a snapshot holds what users say that errors of providers mean",
        [("Routing/CallPolicy.cs", "Providers")] = "the time limits of an attempt are handed to its adapter",
        [("Routing/QualityObserver.cs", "Tracing")] = "scores of calls reach what is known of the deployment that served",
        [("Routing/CallRoute.cs", "Tracing")] = "the route names its trace, so that a response can be scored",
        [("Tracing/ActivityTags.cs", "Routing")] = "spans of calls carry the route, a public result",
        [("Tracing/LlmTracer.cs", "Routing")] = "spans of calls carry the route, a public result",
        [("Tracing/ScopeHandle.cs", "Routing")] = "spans of calls carry the route, a public result",
        [("Tracing/SpanData.cs", "Routing")] = "spans of calls carry the route, a public result",
        [("Tracing/SpanRecord.cs", "Routing")] = "spans of calls carry the route and the deployment",
        [("Tracing/SpanRecord.cs", "Providers")] = "adapters leave content in the span itself, without a copy",
        [("Configuration/TracingValidation.cs", "Tracing")] = "names of labels in the options are those of the context",
        [("Langfuse/OtlpSpanEncoder.cs", "Routing")] = "the route of a call is metadata of its span",
        [("Tracing/AttemptFacts.cs", "Routing")] = "a span tells of the attempt it stands for",
        [("Tracing/JsonLinesParser.cs", "Routing")] = "a line tells of the attempt its span stands for",
        [("Tracing/SpanJson.cs", "Routing")] = "the route of a call is metadata of its span",
        [("Langfuse/CallText.cs", "Routing")] = "the route of a call is metadata of its span",
        [("Langfuse/LangfuseSinks.cs", "Diagnostics")] = "the sinks tell the health check how delivery goes",
        [("Langfuse/LangfuseTraceSink.cs", "Diagnostics")] = "the sink tells the health check how delivery goes",
        [("Diagnostics/LlmStackHealthCheckExtensions.cs", "DependencyInjection")] = "the check looks at the sinks in force",
        [("Diagnostics/ProviderProbe.cs", "Providers")] = "a probe asks the adapter itself, past the path of users' calls",
        [("Diagnostics/ProviderProbe.cs", "DependencyInjection")] = "the probe uses the provider's own HTTP client, by its name",
        [("Configuration/ConfigurationSource.cs", "DependencyInjection")] = "configurations handed to AddLlmStack are registrations",
        [("Configuration/LlmStackOptionsValidator.cs", "DependencyInjection")] = "what code registered is validated together with the options",
        [("Configuration/ProviderValidation.cs", "DependencyInjection")] = "what code registered is validated together with the options",
        [("Configuration/ProviderCredentials.cs", "DependencyInjection")] = "credentials registered in code",
        [("Configuration/ProviderEntries.cs", "DependencyInjection")] = "adapters registered in code, and the HTTP clients of the others",
        [("Configuration/ProviderEntries.cs", "Providers/ChatClient")] = "a registered IChatClient becomes an adapter here",
        [("Configuration/MaskingOptions.cs", "Tracing")] = "what is hidden is named in the words of traces",
        [("Configuration/TracingOptions.cs", "Tracing")] = "filters look at finished spans",
        [("Configuration/TracingValidation.cs", "Tracing")] = "what is hidden is named in the words of traces",
        [("Configuration/ProviderFormats.cs", "Providers/Bedrock")] = "a row of the table of wire formats",
        [("Configuration/ProviderFormats.cs", "Providers/Cohere")] = "a row of the table of wire formats",
        [("Providers/Bedrock/BedrockProvider.cs", "Providers/ChatClient")] = "content is recorded OpenAI-shaped, by the one writer of that shape",
        [("Providers/Cohere/CohereProvider.cs", "Providers/ChatClient")] = "content is recorded OpenAI-shaped, by the one writer of that shape",
        [("Providers/Cohere/CohereProvider.cs", "Providers/OpenAI")] = "reranking has the shape that compatible servers took over",
        [("Providers/Bedrock/BedrockRerank.cs", "Providers/OpenAI")] = "reranking has the shape that compatible servers took over",
        [("Providers/OpenAI/OpenAIProvider.cs", "Providers/OpenAI/Media")] = "the provider's faces for moderation and media",
        [("Providers/Gemini/GeminiProvider.cs", "Providers/Gemini/Images")] = "the provider's face for images",
        [("Providers/OpenAI/Azure/AzureOpenAIFormat.cs", "Providers/OpenAI/Responses")] = "which of the two wire formats for chat is spoken is chosen for each call",
        [("Configuration/ProviderFormats.cs", "Providers/Ollama")] = "a row of the table of wire formats",
        [("Providers/Ollama/OllamaProvider.cs", "Providers/ChatClient")] = "content is recorded OpenAI-shaped, by the one writer of that shape",
        [("Providers/Ollama/OllamaReader.cs", "Providers/ChatClient")] = "content is recorded OpenAI-shaped, by the one writer of that shape",
        [("Providers/OpenAI/Responses/ResponsesProvider.cs", "Providers/ChatClient")] = "content is recorded in the shape of chat completions, by the one writer of that shape",
        [("Providers/OpenAI/Responses/ResponsesReader.cs", "Providers/ChatClient")] = "content is recorded in the shape of chat completions, by the one writer of that shape",
        [("Providers/OpenAI/OpenAIFormat.cs", "Providers/OpenAI/Responses")] = "which of its two wire formats for chat is spoken is chosen for each call",
        [("Providers/OpenAI/OpenAICompatibleFormat.cs", "Providers/OpenAI/Responses")] = "which of the two wire formats for chat is spoken is chosen for each call",
        [("Providers/OpenAI/Profiles/OpenAIFamilyFormat.cs", "Providers/OpenAI/Responses")] = "which of the two wire formats for chat is spoken is chosen for each call",
        [("Providers/Anthropic/AnthropicCapture.cs", "Providers/ChatClient")] = "content with media is recorded OpenAI-shaped, by the one writer of that shape",
        [("Providers/Gemini/GeminiRequestWriter.cs", "Providers/ChatClient")] = "content is recorded OpenAI-shaped, by the one writer of that shape",
        [("Providers/Bedrock/BedrockModel.cs", "Providers/Anthropic")] = "Claude thinks and calls tools in one way, whoever serves it",
        [("Providers/Gemini/VertexProvider.cs", "Providers/Anthropic")] = "Vertex AI serves Claude in Claude's own format",
        [("Configuration/ProviderFormats.cs", "Providers/Anthropic")] = "the table of wire formats: a new one is a row there",
        [("Configuration/ProviderFormats.cs", "Providers/Gemini")] = "the table of wire formats: a new one is a row there",
        [("Configuration/ProviderFormats.cs", "Providers/OpenAI")] = "the table of wire formats: a new one is a row there",
        [("Configuration/ProviderFormats.cs", "Providers/OpenAI/Azure")] = "the table of wire formats: a new one is a row there",
        [("Configuration/ProviderFormats.cs", "Providers/OpenAI/Profiles")] = "each member of the OpenAI-compatible family is a row of the table of wire formats",
    };

    [Fact]
    public void Every_room_uses_only_those_it_may_know()
    {
        IReadOnlyList<SourceFile> files = SourceFile.All("LlmStack");
        ILookup<string, string> types = files.ToLookup(static file => file.Folder, static file => file.Name);
        HashSet<(string File, string Used)> used = [];
        List<string> wrong = [];
        foreach (SourceFile file in files)
        {
            foreach (string folder in file.Uses(types))
            {
                // A room may use itself downwards: a wire format the types that all of them share.
                bool own = folder == file.Room;
                if (own || Allowed[file.Room].Contains(folder))
                {
                    continue;
                }

                string path = file.Path["LlmStack/".Length..];
                if (Exceptions.ContainsKey((path, folder)))
                {
                    used.Add((path, folder));
                }
                else
                {
                    wrong.Add($"{path} uses {folder}");
                }
            }
        }

        Assert.True(files.Count > 200, $"Only {files.Count} files were found.");
        Assert.Empty(wrong);
        Assert.Empty(Exceptions.Keys.Where(rule => !used.Contains(rule)).Select(static rule => $"{rule.File} does not use {rule.Used} any more: take the exception off"));
    }

    [Fact]
    public void Every_folder_is_a_room_and_every_file_has_its_namespace()
    {
        foreach (SourceFile file in SourceFile.All("LlmStack"))
        {
            Assert.True(Allowed.ContainsKey(file.Room), $"{file.Path} is in no room.");
            string own = file.Folder.Length == 0 ? "LlmStack" : "LlmStack." + file.Folder.Replace('/', '.');
            string declared = file.Lines.First(static line => line.StartsWith("namespace ", StringComparison.Ordinal))["namespace ".Length..].TrimEnd(';');

            // What a user meets first is in the root namespace, whichever room it lives in.
            Assert.True(declared == own || (declared is "LlmStack" or "Microsoft.Extensions.DependencyInjection" && file.PublicTypes.Any()), $"{file.Path} is in {declared}, not in {own}.");
        }
    }

    [Fact]
    public void No_file_is_long() =>
        Assert.Empty(SourceFile.All().Where(static file => file.Lines.Length > LongestFile).Select(static file => $"{file.Path}: {file.Lines.Length} lines"));

    [Fact]
    public void A_file_has_one_public_type_and_its_name()
    {
        IReadOnlyList<SourceFile> files = SourceFile.All();
        Assert.Empty(files.Where(static file => file.PublicTypes.Count() > 1 || file.PublicTypes.Any(type => type != file.Name))
            .Select(static file => $"{file.Path} has {string.Join(", ", file.PublicTypes)}"));
        Assert.True(files.Count(static file => file.PublicTypes.Any()) > 50);
    }

    [Fact]
    public void Public_namespaces_are_the_four()
    {
        HashSet<string> allowed = ["LlmStack", "LlmStack.Tracing", "LlmStack.Routing", "LlmStack.Providers", "Microsoft.Extensions.DependencyInjection"];
        Assert.Empty(typeof(ILlmClient).Assembly.GetExportedTypes().Where(type => !allowed.Contains(type.Namespace!)).Select(static type => type.FullName));
    }
}
