namespace QuickStart;

/// <summary>What the command line and the environment ask for.</summary>
internal sealed record QuickStartOptions
{
    public const string Help = """
        LlmStack quick start: a retrieval workflow over one client, with fallback, streaming and a trace.

        Usage: dotnet run --project samples/QuickStart [-- OPTIONS]

          --endpoint URL          use this OpenAI-compatible server (needs --model)
          --model NAME            the chat model to ask
          --embedding-model NAME  search with this embedding model of the same server; without it the demo compares words
          --question TEXT         ask this instead of the usual question
          --help                  show this text

        Without options it needs no key and no network: it starts two small provider servers and a receiver for the
        trace on the loopback address. When set, these variables bring in the real services:

          OPENAI_API_KEY                                 OpenAI answers (--model and --embedding-model choose the models)
          LANGFUSE_PUBLIC_KEY, LANGFUSE_SECRET_KEY       Langfuse gets the trace
          LANGFUSE_BASE_URL                              your Langfuse server, default https://cloud.langfuse.com

        Exit codes: 0 done, 1 failed, 2 bad arguments, 130 stopped by Ctrl-C.
        """;

    public const string UsualQuestion = "How long does the battery of the field sensor last?";

    public bool ShowHelp { get; init; }

    public Uri? Endpoint { get; init; }

    public string? Model { get; init; }

    public string? EmbeddingModel { get; init; }

    public string Question { get; init; } = UsualQuestion;

    public bool HasOpenAIKey { get; init; }

    public bool HasLangfuseKeys { get; init; }

    /// <summary>Whether the two demo servers are needed.</summary>
    public bool UsesDemoProviders => Endpoint is null && !HasOpenAIKey;

    /// <summary>The chat model of a real service.</summary>
    public string ChatModel => Model ?? "gpt-5.4-mini";

    /// <summary>The embedding model of a real service; null when none is known.</summary>
    public string? SearchModel => EmbeddingModel ?? (Endpoint is null ? "text-embedding-3-small" : null);

    /// <summary>The group that searches; null when words are compared.</summary>
    public string? SearchGroup => UsesDemoProviders || SearchModel is not null ? "embed" : null;

    /// <summary>What is used, in one line for each service.</summary>
    public string Banner
    {
        get
        {
            string providers = Endpoint is not null ? $"Answers come from {ChatModel} at {Endpoint}."
                : HasOpenAIKey ? $"Answers come from OpenAI's {ChatModel} (OPENAI_API_KEY is set)."
                : "Answers come from two demo servers on the loopback address; the first is overloaded at first.";
            string traces = HasLangfuseKeys ? "The trace goes to Langfuse (LANGFUSE_PUBLIC_KEY and LANGFUSE_SECRET_KEY are set)."
                : "The trace goes to a receiver on the loopback address that speaks Langfuse's endpoints.";
            return providers + Environment.NewLine + traces + Environment.NewLine;
        }
    }

    /// <summary>Reads arguments and environment; on bad arguments says which, and what is allowed.</summary>
    public static bool TryParse(IReadOnlyList<string> arguments, Func<string, string?> environment, out QuickStartOptions options, out string? problem)
    {
        options = new QuickStartOptions
        {
            HasOpenAIKey = !string.IsNullOrWhiteSpace(environment("OPENAI_API_KEY")),
            HasLangfuseKeys = !string.IsNullOrWhiteSpace(environment("LANGFUSE_PUBLIC_KEY")) && !string.IsNullOrWhiteSpace(environment("LANGFUSE_SECRET_KEY")),
        };
        problem = null;
        for (int i = 0; i < arguments.Count && problem is null; i++)
        {
            string name = arguments[i];
            if (name is "--help" or "-h")
            {
                options = options with { ShowHelp = true };
                continue;
            }

            if (name is not ("--endpoint" or "--model" or "--embedding-model" or "--question"))
            {
                problem = $"Unknown argument \"{name}\". Allowed are --endpoint, --model, --embedding-model, --question and --help.";
            }
            else if (i + 1 == arguments.Count || string.IsNullOrWhiteSpace(arguments[i + 1]) || arguments[i + 1].StartsWith("--", StringComparison.Ordinal))
            {
                problem = $"{name} needs a value, for instance {Example(name)}.";
            }
            else
            {
                options = options.With(name, arguments[++i], ref problem);
            }
        }

        problem ??= options.Check();
        return options.ShowHelp || problem is null;
    }

    private static string Example(string name) => name switch
    {
        "--endpoint" => "--endpoint http://127.0.0.1:11434/v1",
        "--question" => "--question \"How long does the battery last?\"",
        _ => $"{name} llama3.2",
    };

    private QuickStartOptions With(string name, string value, ref string? problem)
    {
        switch (name)
        {
            case "--model":
                return this with { Model = value };
            case "--embedding-model":
                return this with { EmbeddingModel = value };
            case "--question":
                return this with { Question = value };
            default:
                if (Uri.TryCreate(value, UriKind.Absolute, out Uri? endpoint) && endpoint.Scheme is "http" or "https")
                {
                    return this with { Endpoint = endpoint };
                }

                problem = $"--endpoint \"{value}\" is no address. Allowed is an absolute http or https address, for instance http://127.0.0.1:11434/v1.";
                return this;
        }
    }

    private string? Check()
    {
        if (Endpoint is not null && Model is null)
        {
            return "--endpoint needs --model: the name of a model that the server has.";
        }

        return UsesDemoProviders && (Model ?? EmbeddingModel) is { } name
            ? $"The model \"{name}\" needs a server: add --endpoint URL or set OPENAI_API_KEY."
            : null;
    }
}
