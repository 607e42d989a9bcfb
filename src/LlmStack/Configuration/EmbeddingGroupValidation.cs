namespace LlmStack.Configuration;

/// <summary>An embedding group holds one model: vectors of different models cannot be compared, and a fallback would mix them silently.</summary>
internal static class EmbeddingGroupValidation
{
    public static void Validate(string path, ModelGroupOptions group, bool embeds, OptionsProblems problems)
    {
        if (group.AllowDifferentModel)
        {
            return;
        }

        // Configuration does not say what a group is for; a default embedding group and telling names do.
        List<string> models = [.. group.Deployments.Values.Select(static deployment => Last(deployment?.Model)).Where(static model => model.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase)];
        bool isEmbedding = embeds || models.TrueForAll(static model => model.Contains("embed", StringComparison.OrdinalIgnoreCase));
        if (models.Count > 1 && isEmbedding)
        {
            problems.Add($"{path}:{nameof(group.Deployments)}", string.Join(", ", models), $"one embedding model for a group, or {nameof(group.AllowDifferentModel)} = true");
        }
    }

    private static string Last(string? model) => model is null ? "" : model[(model.LastIndexOf('/') + 1)..].Trim();
}
